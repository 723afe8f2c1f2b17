"""Rules about the repository itself: what no file may hold, and how large code may grow."""

import ast
import json
import re
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_FOLDERS = ("src", "tests", "scripts")

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 6
MEDIAN_FUNCTION_LINES = 8
NINETIETH_FUNCTION_LINES = 30
NINETIETH_FILE_LINES = 350

# A flag of a command, a field of a query and a fixture are one parameter each. Elsewhere an exception is argued
# beside it, for the linter and for this test alike.
MANY_PARAMETERS_ARE_RIGHT = ("src/orchestrion/cli/", "src/orchestrion/web/", "tests/")
ARGUED = re.compile(r"noqa: PLR0913 - \w+")

# Written so that no pattern finds itself here.
FORBIDDEN = {
    "a path of somebody's machine": (
        r"/(?:home|Users)/[a-z]\w*/|/[r]oot/|/opt/(?:pyp[i]|wheel[s])|/wor[k]/(?:main|shared)|/tm[p]/brief"
    ),
    "an address of a package registry": (
        r"https?://[^\s\"']*/simpl[e]\b|registry\.npmj[s]\.|//pypi\.or[g]|pythonhoste[d]\.|deb\.debian\.or[g]"
        r"|--(?:extra-)?index-ur[l]|--find-link[s]"
    ),
    "an address in an npm lock file": r"\"resolve[d]\":\s*\"\w+://",
    "a private key": r"-----BEGI[N] (?:[A-Z]+ )*PRIVATE KEY-----",
    "an access key": r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[\w-]{10,}|sk-[A-Za-z0-9]{32,})\b",
}


@dataclass(frozen=True)
class Function:
    """One function of ours: where it stands, how long it is, what it takes."""

    place: str
    lines: int
    parameters: int
    is_argued: bool


def tracked_files() -> list[Path]:
    """Every file in Git that is still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def python_files() -> list[Path]:
    """Our Python code, generated or not."""
    return [path for folder in PYTHON_FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def line_count(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def place(path: Path, line: int) -> str:
    """`path:line` as editors take it."""
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


def parameter_count(arguments: ast.arguments) -> int:
    """Parameters that a caller fills, without self and cls."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(argument.arg not in {"self", "cls"} for argument in named)


def functions_of(path: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones included."""
    text = path.read_text(encoding="utf-8")
    source = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            is_argued = ARGUED.search(source[node.lineno - 1]) is not None
            yield Function(f"{place(path, node.lineno)} {node.name}", lines, parameter_count(node.args), is_argued)


def all_functions() -> list[Function]:
    """Every function of ours."""
    return [function for path in python_files() for function in functions_of(path)]


def findings(pattern: re.Pattern[str]) -> list[str]:
    """`path:line: text` for every line in Git that matches; files that are no text are passed over."""
    found = []
    for path in tracked_files():
        data = path.read_bytes()
        if b"\0" not in data:
            lines = enumerate(data.decode("utf-8", "replace").splitlines(), 1)
            found += [f"{place(path, number)}: {line.strip()[:100]}" for number, line in lines if pattern.search(line)]
    return found


def ninetieth(values: list[int]) -> float:
    """The 90th percentile."""
    return statistics.quantiles(values, n=10)[-1]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    """The repository knows no machine, no registry and no secret."""
    found = findings(re.compile(FORBIDDEN[what]))
    assert not found, f"These lines hold {what}; take it out:\n" + "\n".join(found)


def test_the_npm_lock_file_names_every_optional_package() -> None:
    """What the registry lacks is left out of the file without a word, and then `npm ci` refuses the whole."""
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    named = {folder.rpartition("node_modules/")[2] for folder in packages}
    missing = {
        f"{folder} wants {optional}"
        for folder, package in packages.items()
        for optional in package.get("optionalDependencies", {})
        if optional not in named
    }
    assert not missing, f"Pin a version whose parts all exist (`overrides` in package.json): {sorted(missing)}"


def test_no_file_is_too_long() -> None:
    """A file holds one idea; beyond the limit it is split by what its parts are about."""
    long = {place(path, 1): line_count(path) for path in python_files() if line_count(path) > MAX_FILE_LINES}
    assert not long, f"Longer than {MAX_FILE_LINES} lines: {long}"


def test_no_function_is_too_long() -> None:
    """A function fits on a screen; a migration is a list of columns and is read as one."""
    long = [
        (function.place, function.lines)
        for function in all_functions()
        if function.lines > MAX_FUNCTION_LINES and "/migrations/versions/" not in function.place
    ]
    assert not long, f"Longer than {MAX_FUNCTION_LINES} lines, split them by their steps: {long}"


def test_no_function_takes_too_much() -> None:
    """More parameters than the limit mean that a record is missing."""
    greedy = [
        (function.place, function.parameters)
        for function in all_functions()
        if function.parameters > MAX_PARAMETERS
        and not (function.is_argued or function.place.startswith(MANY_PARAMETERS_ARE_RIGHT))
    ]
    assert not greedy, f"More than {MAX_PARAMETERS} parameters, name the record they form: {greedy}"


def test_functions_are_small_as_a_rule() -> None:
    """Half of the functions are tiny, and nine of ten are short."""
    lengths = [function.lines for function in all_functions()]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION_LINES, "the median function has grown"
    assert ninetieth(lengths) <= NINETIETH_FUNCTION_LINES, "the long tail of functions has grown"


def test_files_are_small_as_a_rule() -> None:
    """Nine of ten files are short."""
    assert ninetieth([line_count(path) for path in python_files()]) <= NINETIETH_FILE_LINES, "files have grown"
