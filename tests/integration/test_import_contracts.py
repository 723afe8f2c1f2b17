"""The contracts between packages in pyproject.toml really break, shown on a skeleton of the product."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"
PACKAGES = (
    "bootstrap", "cli", "engine", "interchange", "model", "observability", "packhost", "packs", "packs/email",
    "packs/system", "ports", "runbookserver", "sdk", "security", "services", "settings", "storage", "web",
)  # fmt: skip
ALLOWED = {
    "bootstrap/wiring.py": "from orchestrion.storage import tables",
    "packs/system/activity.py": "from orchestrion import sdk",
    "sdk/fields.py": "from orchestrion import model",
    "storage/journal.py": "import asyncpg, sqlite3",
    "storage/tables.py": "import sqlalchemy",
}


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """A product of empty packages with the imports that are allowed."""
    source = tmp_path / "src" / "orchestrion"
    for package in (".", *PACKAGES):
        (source / package).mkdir(parents=True, exist_ok=True)
        (source / package / "__init__.py").touch()
    for name, statement in ALLOWED.items():
        (source / name).write_text(statement)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return source


def broken_contracts(source: Path) -> list[str]:
    """The numbers of the contracts that the skeleton breaks, as in `6a`."""
    folder = source.parent
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [str(LINTER), "--no-logo", "--no-cache"],
        cwd=folder.parent,
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return [line.split(".")[0] for line in done.stdout.splitlines() if " BROKEN" in line]


def test_the_skeleton_keeps_every_contract(skeleton: Path) -> None:
    """What is allowed breaks nothing."""
    assert broken_contracts(skeleton) == []


@pytest.mark.parametrize(
    ("module", "statement", "contract"),
    [
        ("model/rule.py", "from orchestrion import engine", "1"),
        ("web/routes.py", "from orchestrion import runbookserver", "1"),
        ("misc.py", "", "1"),
        ("engine/clock.py", "import time", "2"),
        ("packs/system/deep.py", "from orchestrion import model", "3"),
        ("packhost/shortcut.py", "from orchestrion.packs import system", "4"),
        ("packs/system/friend.py", "from orchestrion.packs import email", "5"),
        ("services/query.py", "import sqlalchemy", "6a"),
        ("web/routes.py", "from orchestrion import security", "6b"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(skeleton: Path, module: str, statement: str, contract: str) -> None:
    """Each contract notices the import it is there for, and no other contract does."""
    (skeleton / module).write_text(statement)
    assert broken_contracts(skeleton) == [contract]


def test_a_cycle_between_siblings_breaks_its_contract(skeleton: Path) -> None:
    """Two packages below one layer may not import each other."""
    for one, other in (("jobs", "runbooks"), ("runbooks", "jobs")):
        (skeleton / "web" / one).mkdir()
        (skeleton / "web" / one / "__init__.py").write_text(f"from orchestrion.web import {other}")
    assert broken_contracts(skeleton) == ["7"]
