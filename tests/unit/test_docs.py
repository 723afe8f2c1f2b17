"""The documentation is true: its runbooks check, its commands exist, its examples compute, its links resolve."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from orchestrion.cli.activities_page import page
from orchestrion.cli.main import app
from orchestrion.engine.binding import Environment, value_of
from orchestrion.interchange.native import NativeText
from orchestrion.model.check import check
from orchestrion.model.common_items import NAMES
from orchestrion.model.functions import FUNCTIONS
from orchestrion.packhost.discovery import EntryPointCatalogue

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MADE_FROM_COMMANDS = ROOT / "docs" / "reference" / "cli.md"  # it writes usages, not commands
GUIDE = ROOT / "docs" / "guide"
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPES = {name: replace(each.type, limits=()) for name, each in EntryPointCatalogue().installed().items()}


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a page: what stands behind the fence, and the text."""
    return ((found[1].strip(), found[2]) for found in FENCE.finditer(path.read_text(encoding="utf-8")))


def name_of(path: Path) -> str:
    """A page's path below the repository."""
    return path.relative_to(ROOT).as_posix()


RUNBOOKS = [
    pytest.param(text, id=f"{name_of(path)}-{number}")
    for path in PAGES
    for number, (info, text) in enumerate(blocks(path))
    if info == "yaml runbook"
]


def named_commands(path: Path) -> Iterator[str]:
    """Every `orchestrion ...` in a page's consoles and code spans, as it stands there."""
    text = path.read_text(encoding="utf-8")
    consoles = "\n".join(body for info, body in blocks(path) if info == "console")
    yield from re.findall(r"^(?:\S*/)?orchestrion ([^\n#]+)", consoles, re.MULTILINE)
    yield from re.findall(r"`orchestrion ([^`\n]+)`", FENCE.sub("", text))


def unknown_word(words: list[str]) -> str | None:
    """The first word or flag that is no part of the command line, or None."""
    command = typer.main.get_command(app)
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[0]
        command = command.commands[words.pop(0)]
    flags = {name for each in command.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((word for word in words if word.startswith("-") and word.partition("=")[0] not in flags), None)


def function_rows() -> list[tuple[str, str, str]]:
    """Function, example and result of every row of the table in expressions.md."""
    text = (GUIDE / "expressions.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `(\w+)\([^`]*\)` \|[^|]*\| `([^`]+)` \| `([^`]+)` \|$", text, re.MULTILINE)


def targets(path: Path) -> Iterator[str]:
    """The targets of a page's relative links."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    return (found for found in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in found)


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_dead(path: Path, target: str) -> bool:
    """Whether a link leads nowhere: to no file, or to no heading of its file."""
    name, _, anchor = target.partition("#")
    file = (path.parent / name).resolve() if name else path
    return not file.exists() or bool(anchor and file.suffix == ".md" and anchor not in anchors(file))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack of the guide, written out as an installed one."""
    for info, text in blocks(GUIDE / "writing-a-pack.md"):
        _, _, file = info.partition(" ")
        if file:
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / "acme_flags" / "__init__.py").touch()
    installed = tmp_path / "acme_flags-1.0.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-flags\nVersion: 1.0.0\n")
    (installed / "entry_points.txt").write_text("[orchestrion.packs]\nacme-flags = acme_flags.manifest:manifest\n")
    return tmp_path


def ran(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of this environment with the folder's packages."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("text", RUNBOOKS)
def test_a_runbook_in_the_docs_has_no_errors(text: str) -> None:
    """What readers copy parses, and a check-in takes it."""
    errors = [finding for finding in check(NativeText().read("page.yaml", text), TYPES) if finding.severity == "error"]
    assert errors == []


def test_there_are_runbooks_to_check() -> None:
    """The marker of runbooks in the docs is found at all."""
    assert len(RUNBOOKS) >= 5


@pytest.mark.parametrize("path", [path for path in PAGES if path != MADE_FROM_COMMANDS], ids=name_of)
def test_every_command_in_the_docs_exists(path: Path) -> None:
    """Commands, subcommands and flags are those of the command line."""
    wrong = {line: word for line in named_commands(path) if (word := unknown_word(line.split()))}
    assert not wrong


def test_every_function_is_described() -> None:
    """The table of functions names each one, and no other."""
    assert {name for name, _, _ in function_rows()} == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "example", "result"), function_rows())
def test_an_example_of_a_function_gives_what_the_docs_say(name: str, example: str, result: str) -> None:
    """The example uses its function, and computes the result."""
    assert example.startswith(f"{name}(")
    execution = Environment(None, {}, now=datetime(2026, 2, 28, tzinfo=UTC), seed="example")
    assert value_of(f"{{{{ {example} }}}}", execution) == json.loads(result)


def test_every_common_item_is_described() -> None:
    """The table of common data names each item; parts of a moment are described together."""
    text = (GUIDE / "subscriptions.md").read_text(encoding="utf-8")
    assert [name for name in sorted(NAMES) if f"`{re.sub(r' [(].*', '', name)}`" not in text] == []


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_relative_link_resolves(path: Path) -> None:
    """Links lead to files that exist, and to headings that they have."""
    assert [target for target in targets(path) if is_dead(path, target)] == []


def test_the_list_of_the_guide_names_every_page() -> None:
    """No page of the guide is forgotten in its list."""
    listed = set(targets(GUIDE / "README.md"))
    assert {each.name for each in GUIDE.glob("*.md")} - {"README.md"} <= listed


def test_the_page_of_activities_tells_of_every_input_and_item() -> None:
    """The reference names all that the installed packs declare."""
    text = page(TYPES.values())
    inputs = [f"`{each.name}`" for kind in TYPES.values() for each in kind.inputs]
    items = [f"| {each.name} |" for kind in TYPES.values() for each in kind.published]
    assert [name for name in (*TYPES, *inputs, *items) if name not in text] == []


def test_the_pack_of_the_guide_passes_its_check(pack: Path) -> None:
    """`pack check` finds the pack and nothing wrong with it."""
    done = ran(pack, str(Path(sys.executable).with_name("orchestrion")), "pack", "check", "--json")
    assert json.loads(done.stdout)["problems"] == [], done.stderr
    assert "acme-flags" in json.loads(done.stdout)["packs"]


def test_the_test_of_the_pack_passes(pack: Path) -> None:
    """The test that the guide shows is green."""
    done = ran(pack, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(pack), "tests")
    assert done.returncode == 0, done.stdout
