"""Where settings come from, and which are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrion.settings import ConfigurationError, Settings, load, masked_url, shown


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variables and no files of this machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ORCHESTRION_{name.upper()}", raising=False)
    monkeypatch.delenv("ORCHESTRION_CONFIG", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("flag", "variable", "file", "expected"),
    [
        (1, "2", 3, (1, "flag")),
        (None, "2", 3, (2, "variable")),
        (None, None, 3, (3, "file")),
        (None, "", None, (8420, "default")),
    ],
)
def test_flag_beats_variable_beats_file_beats_default(
    clean: Path,
    monkeypatch: pytest.MonkeyPatch,
    flag: int | None,
    variable: str | None,
    file: int | None,
    expected: tuple[int, str],
) -> None:
    """One precedence for every setting, and the source is known."""
    config = clean / "orchestrion.toml"
    config.write_text("" if file is None else f"port = {file}\n")
    if variable is not None:
        monkeypatch.setenv("ORCHESTRION_PORT", variable)
    loaded = load({"port": flag}, config)
    assert (loaded.settings.port, loaded.sources["port"]) == expected


def test_the_file_in_the_data_folder_is_found(clean: Path) -> None:
    """Without being named, wherever the data folder was named."""
    (clean / "data").mkdir()
    (clean / "data" / "orchestrion.toml").write_text('name = "night"\n')
    loaded = load({"data_dir": clean / "data"})
    assert (loaded.settings.name, loaded.file) == ("night", clean / "data" / "orchestrion.toml")


@pytest.mark.parametrize(
    ("text", "part"),
    [("prot = 1", "no setting 'prot'"), ("port = ", "cannot be read"), ("port = 99999", "'port' in")],
)
def test_a_wrong_file_is_refused_with_the_place(clean: Path, text: str, part: str) -> None:
    """A misspelt setting must not silently do nothing."""
    config = clean / "my.toml"
    config.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load(config=config)
    assert part in str(refused.value)
    assert "my.toml" in str(refused.value)


@pytest.mark.parametrize(
    "flags",
    [
        {"port": 70000},
        {"trusted_proxies": ["*"]},
        {"tls_cert": "c.pem"},
        {"database": "mysql://x"},
        {"log_level": "loud"},
        {"capacity": 0},
    ],
)
def test_a_wrong_flag_is_refused(flags: dict[str, Any]) -> None:
    """Before anything is started."""
    with pytest.raises(ConfigurationError):
        load(flags)


def test_a_named_file_must_exist(clean: Path) -> None:
    """Whoever names one means it."""
    with pytest.raises(ConfigurationError, match=r"gone\.toml"):
        load(config=clean / "gone.toml")


def test_a_refusal_does_not_show_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold a password."""
    monkeypatch.setenv("ORCHESTRION_DATABASE", "oracle://me:canary@db/x")
    with pytest.raises(ConfigurationError) as refused:
        load()
    assert "canary" not in str(refused.value)
    assert "ORCHESTRION_DATABASE" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "text"), [("allowed_hosts", "a.example, b.example"), ("trusted_proxies", "192.0.2.7, 2001:db8::/32")]
)
def test_several_values_fit_into_one_variable(monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """Separated by commas."""
    monkeypatch.setenv(f"ORCHESTRION_{name.upper()}", text)
    assert getattr(load().settings, name) == tuple(text.split(", "))


def test_a_proxy_that_is_no_address_is_refused_by_its_flag() -> None:
    """Under the name that was typed; a host name could mean somebody else tomorrow."""
    with pytest.raises(ConfigurationError, match=r"--trusted-proxy: use an address"):
        load({"trusted_proxies": ["proxy.example"]})


@pytest.mark.parametrize(
    ("host", "is_local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)]
)
def test_only_the_loopback_is_local(host: str, is_local: bool) -> None:
    """Whatever else is bound can be reached from outside."""
    assert load({"host": host}).settings.is_local is is_local


def test_the_name_that_is_bound_may_be_used_by_browsers() -> None:
    """Without being allowed once more."""
    assert "runbooks" in load({"host": "runbooks"}).settings.hosts
    assert load().settings.hosts == ()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:p@ss@db:5432/x", "postgresql://me:***@db:5432/x"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
        ("sqlite:///tmp/x", "sqlite:///tmp/x"),
    ],
)
def test_passwords_in_addresses_are_masked(url: str, shown: str) -> None:
    """And nothing else of them."""
    assert masked_url(url) == shown


def test_the_password_in_a_file_becomes_part_of_the_address(clean: Path) -> None:
    """Whatever characters it has; only the line end is not taken for one of them."""
    (clean / "password").write_text("p@ss/w:rd %\n")
    flags = {"database": "postgresql://runner@db:5432/runs?x=1", "database_password_file": clean / "password"}
    settings = load(flags).settings
    assert settings.database_url == "postgresql://runner:p%40ss%2Fw%3Ard%20%25@db:5432/runs?x=1"
    assert shown(settings, "database") == "postgresql://runner:***@db:5432/runs?x=1"


@pytest.mark.parametrize("url", [None, "sqlite:///x.db", "postgresql://db/runs", "postgresql://u:p@db/runs"])
def test_a_password_file_needs_an_address_that_it_completes(clean: Path, url: str | None) -> None:
    """A password that nobody would use is a mistake."""
    (clean / "password").write_text("secret")
    with pytest.raises(ConfigurationError, match="database_password_file needs"):
        load({"database": url, "database_password_file": clean / "password"})


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff"])
def test_a_password_file_without_a_password_is_told(clean: Path, content: bytes | None) -> None:
    """The message names the file."""
    if content is not None:
        (clean / "password").write_bytes(content)
    settings = load({"database": "postgresql://u@db/runs", "database_password_file": clean / "password"}).settings
    with pytest.raises(ConfigurationError, match=str(clean / "password")):
        assert settings.database_url


@pytest.mark.parametrize(("content", "token"), [("let-me-in\n", "let-me-in"), ("\n", ""), ("", ""), (None, "")])
def test_the_file_of_the_enrolment_token_may_be_empty_or_gone(clean: Path, content: str | None, token: str) -> None:
    """A server that was let in starts without it."""
    if content is not None:
        (clean / "token").write_text(content)
    assert load({"enrol_file": clean / "token"}).settings.enrolment == token


def test_a_file_of_the_enrolment_token_that_cannot_be_read_is_told(clean: Path) -> None:
    """It is there, so somebody meant it to be read."""
    with pytest.raises(ConfigurationError, match="enrolment token"):
        assert load({"enrol_file": clean}).settings.enrolment
