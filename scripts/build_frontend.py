"""Install and build the front end, and only when something it is made of has changed.

`python scripts/build_frontend.py install` brings `frontend/node_modules` in line with the lock file,
`python scripts/build_frontend.py build` does that and then fills `frontend/dist`. A build leaves a digest of what it
was made from, and the next one does nothing while it still matches: times of files say little after a checkout.
The build hook of the package (`hatch_build.py`) uses the same functions.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent.parent / "frontend"

# Neither the results nor the tests go into a build.
NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", "e2e", "README.md"})

OLDEST_NODE = (20, 19)
NODE_NEEDED = "install Node.js 20.19 or newer (with npm) and try again."


class FrontendError(Exception):
    """The front end could not be built; the message says what to do."""


def digest(paths: Iterable[Path], base: Path) -> str:
    """The SHA-256 over names (relative to `base`) and contents of the files, in the order of their names."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(base).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def sources(frontend: Path) -> list[Path]:
    """The files that a build depends on: all but results, tests and what hides behind a dot."""
    tops = [top for top in frontend.iterdir() if top.name not in NOT_SOURCES and not top.name.startswith(".")]
    files = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file()]
    return [path for path in files if ".test." not in path.name and path.suffix != ".tsbuildinfo"]


def check_node(version: str) -> None:
    """Refuse what `node --version` prints (`v20.19.0`) when the build tools would fail on it without a clear word."""
    found = tuple(int(part) for part in version.strip().lstrip("v").split(".")[:2])
    if found < OLDEST_NODE:
        raise FrontendError(f"Node.js {version.strip()} is too old; {NODE_NEEDED}")


def npm(frontend: Path, *arguments: str) -> None:
    """Run npm in the front end's folder; raises FrontendError when it is absent or fails."""
    node, program = shutil.which("node"), shutil.which("npm")
    if node is None or program is None:
        raise FrontendError(f"Node.js or npm was not found; {NODE_NEEDED}")
    check_node(subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout)
    if subprocess.run([program, *arguments], cwd=frontend, check=False).returncode != 0:
        raise FrontendError(f"`npm {' '.join(arguments)}` failed in {frontend.name}/; its output above says why.")


def versions(lock_file: Path) -> dict[str, tuple[str, bool]]:
    """What an npm lock file names: folder -> (version, whether it may be absent on this platform)."""
    if not lock_file.is_file():
        return {}
    packages = json.loads(lock_file.read_text(encoding="utf-8"))["packages"]
    return {
        folder: (entry["version"], bool(entry.get("optional") or entry.get("devOptional")))
        for folder, entry in packages.items()
        if folder
    }


def is_installed(frontend: Path) -> bool:
    """Whether node_modules holds what package-lock.json names; npm itself lists there what it installed."""
    wanted = versions(frontend / "package-lock.json")
    present = versions(frontend / "node_modules" / ".package-lock.json")
    missing = [folder for folder, (_, optional) in wanted.items() if folder not in present and not optional]
    return not missing and all(wanted.get(folder, ("",))[0] == version for folder, (version, _) in present.items())


def install(frontend: Path) -> None:
    """Install exactly what package-lock.json names, unless that is what is there."""
    if not is_installed(frontend):
        npm(frontend, "ci")


def build(frontend: Path) -> None:
    """Fill `dist`, unless it was built from exactly these sources."""
    stamp, expected = frontend / "dist" / ".built-from", digest(sources(frontend), frontend)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == expected:
        return
    install(frontend)
    npm(frontend, "run", "build")
    stamp.write_text(expected, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run `install` or `build`; the exit code is 0 for done, 1 for failed, 2 for bad usage."""
    action = {"install": install, "build": build}.get(arguments[0]) if len(arguments) == 1 else None
    if action is None:
        print("usage: build_frontend.py install|build", file=sys.stderr)
        return 2
    try:
        action(FRONTEND)
    except FrontendError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
