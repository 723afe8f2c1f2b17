"""The files below `deploy` are well formed, name what exists, and keep the rules about rights and secrets."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest

from orchestrion.settings import OTHER_VARIABLES, PREFIX, Settings
from tests.services.container_build import Ignored
from tests.unit.deployment.files import (
    CONTAINERFILE,
    DEPLOY,
    PLACE,
    ROOT,
    UNITS,
    commands,
    compose,
    instructions,
    settings_of,
    variables,
)
from tests.unit.test_docs import unknown_word

SECRETS = re.compile(r"(?i)password|secret|token|master_key")
OWN_SERVICES = ("web", "runbook-server-one", "runbook-server-two")


def test_the_compose_file_follows_the_specification() -> None:
    """The official schema has nothing against it."""
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
    assert [each.message for each in jsonschema_rs.validator_for(schema).iter_errors(compose())] == []


def test_the_schema_finds_a_mistake() -> None:
    """A misspelt key would not pass."""
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
    wrong = {"services": {"web": {"imgae": "orchestrion"}}}
    assert not jsonschema_rs.validator_for(schema).is_valid(wrong)


def test_the_example_has_each_variable_of_the_compose_file() -> None:
    """With the default that holds without it."""
    lines = [line for line in (DEPLOY / ".env.example").read_text().splitlines() if line and not line.startswith("#")]
    assert dict(line.split("=", 1) for line in lines) == dict(PLACE.findall((DEPLOY / "compose.yaml").read_text()))


def test_what_a_compose_service_names_is_declared() -> None:
    """Networks, secrets and volumes; and files that are mounted exist."""
    file = compose()
    for service in file["services"].values():
        assert set(service.get("networks", ())) <= set(file["networks"])
        assert set(service.get("secrets", ())) <= set(file["secrets"])
        for source, _, _ in (volume.partition(":") for volume in service["volumes"]):
            assert source in file["volumes"] or (DEPLOY / source).is_file()


@pytest.mark.parametrize("name", ["database", *OWN_SERVICES])
def test_a_service_gets_the_secrets_that_its_variables_name(name: str) -> None:
    """Below the folder where the engine puts them."""
    service = compose()["services"][name]
    files = {value for key, value in service["environment"].items() if key.endswith("_FILE")}
    assert files == {f"/run/secrets/{secret}" for secret in service["secrets"]}


def test_a_unit_gets_the_credentials_that_its_variables_name() -> None:
    """Each that is loaded is read; that of a token need not exist."""
    for unit in UNITS:
        lines = settings_of(unit)
        loaded = {value.partition(":")[0] for name, value in lines if name == "LoadCredential"}
        named = {value.partition("=%d/")[2] for name, value in lines if name == "Environment" and "=%d/" in value}
        assert named == loaded
        optional = {value for name, value in lines if name == "SetCredential"}
        assert optional == ({"enrolment-token:\\n"} if "enrolment-token" in loaded else set())


def test_only_the_loopback_is_published() -> None:
    """Until somebody says otherwise, and of the database nothing at all."""
    services = compose()["services"]
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:8420:8420"]}
    assert compose()["networks"]["database"] == {"internal": True}


@pytest.mark.parametrize("name", OWN_SERVICES)
def test_a_service_has_the_least_rights(name: str) -> None:
    """No capability, no way to gain one, and nothing to write but its volume."""
    service = compose()["services"][name]
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    assert service["read_only"] is True


def test_the_image_does_not_run_as_root() -> None:
    """By number, so that an orchestrator can see it."""
    assert instructions("USER") == [("10001:10001",)]


def test_what_the_image_is_made_from_reaches_the_engine() -> None:
    """Every file or folder that is copied exists, and is not ignored."""
    ignored = Ignored((ROOT / ".dockerignore").read_text())
    named = [path for values in instructions("COPY") for path in values[:-1] if not path.startswith(("/opt/", "/src/"))]
    assert [path for path in named if not (ROOT / path).exists() or ignored.has(path)] == []


@pytest.mark.parametrize(
    "path",
    [".git/config", ".data/master.key", ".env", "deploy/secrets/master.key", "frontend/dist/index.html",
     "frontend/node_modules/a/index.js", "src/orchestrion/__pycache__/a.pyc", "src/server.key", "tests/conftest.py"],
)  # fmt: skip
def test_what_is_nobodys_business_stays_out_of_the_image(path: str) -> None:
    """Data, secrets, and what is built anew."""
    assert Ignored((ROOT / ".dockerignore").read_text()).has(path)


def test_packages_are_installed_as_locked() -> None:
    """Nothing comes from a registry without its hash."""
    installs = [values[0] for values in instructions("RUN") if "pip install" in values[0]]
    assert installs
    assert [line for line in installs if "--require-hashes" not in line and "--no-index" not in line] == []


def test_every_command_is_known() -> None:
    """Commands and flags are those of the command line."""
    found = list(commands())
    assert len(found) >= 1 + len(OWN_SERVICES) + len(UNITS)
    assert [words for words in found if unknown_word([word for word in words if word != "%i"])] == []


def test_every_variable_is_a_setting() -> None:
    """A misspelt one would do nothing."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(OTHER_VARIABLES)
    found = variables() - {"ORCHESTRION_IMAGE"}  # it is Compose's
    assert len(found) >= 5
    assert found <= known


def test_every_setting_of_the_example_exists() -> None:
    """Those that are commented out as well, and the values are taken."""
    text = (DEPLOY / "orchestrion.toml").read_text()
    given = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE))
    assert len(given) >= 6
    Settings(**given)


def test_no_secret_is_a_variable() -> None:
    """What is secret comes as a file: variables can be seen by whoever may ask the engine or systemd."""
    given = [line for unit in UNITS for name, line in settings_of(unit) if name == "Environment"]
    for service in compose()["services"].values():
        given += [f"{name}={value}" for name, value in service.get("environment", {}).items()]
    given += ["=".join(pair) for values in instructions("ENV") for pair in zip(values[::2], values[1::2], strict=True)]
    assert [line for line in given if SECRETS.search(line.partition("=")[0]) and "_FILE=" not in line] == []
    assert "ORCHESTRION_MASTER_KEY" not in variables()
    assert CONTAINERFILE.is_file()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_waits_longer_than_the_server(unit: Path) -> None:
    """With these, systemd kills nobody who is still finishing what cannot be repeated, and asks the server alone."""
    settings = dict(settings_of(unit))
    assert int(settings["TimeoutStopSec"]) > 30
    assert (settings["KillMode"], settings["Restart"], settings["Type"]) == ("mixed", "always", "notify")
