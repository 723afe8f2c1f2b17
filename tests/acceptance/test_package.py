"""The packages that are handed to users: they carry the built front end, and the sdist needs no Node.js."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONT_END = "orchestrion/web/static_files/index.html"


def build(kind: str, source: Path, target: Path, env: dict[str, str]) -> Path:
    """Build one package (`sdist` or `wheel`) with the locked build backend; gives its file."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(target), str(source)]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    [built] = target.iterdir()
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source package of this checkout."""
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"), dict(os.environ))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the source package unpacks to."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    [top] = folder.iterdir()
    return top


def test_the_sdist_is_clean(unpacked: Path) -> None:
    """No installed packages, data or caches of the checkout travel along."""
    names = {path.name for path in unpacked.rglob("*")}
    assert not names & {"node_modules", ".data", "__pycache__", ".venv"}


def test_a_wheel_is_built_from_the_sdist_without_node(unpacked: Path, tmp_path: Path) -> None:
    """Whoever installs from the sdist needs Python alone, and gets the front end."""
    wheel = build("wheel", unpacked, tmp_path, {"PATH": ""})
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert FRONT_END in names
    assert any(name.endswith(".js") and "static_files" in name for name in names)


def test_a_wheel_without_front_end_is_refused(unpacked: Path, tmp_path: Path) -> None:
    """Packaging fails loudly when the front end is stale and cannot be built."""
    (unpacked / "frontend" / "dist" / ".built-from").unlink()
    with pytest.raises(AssertionError, match=r"npm was not found"):
        build("wheel", unpacked, tmp_path, {"PATH": ""})
