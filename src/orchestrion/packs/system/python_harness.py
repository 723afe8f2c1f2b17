"""Runs the text of a Python script and hands back the variables asked for. Started as a program of its own.

`python python_harness.py RESULT` reads from standard input a JSON object with `script`, `variables` (name -> value, set
before the script runs) and `wanted` (names), and writes to the file RESULT a JSON object name -> value, or a list for a
variable that holds several. It ends with 1, after a traceback of the script alone, when the script raised something.
"""

import json
import linecache
import math
import os
import sys
import traceback
import types
from datetime import date
from pathlib import Path

SCRIPT_NAME = "<script>"


def main(result: str) -> int:
    """Runs what standard input says; gives the exit code."""
    job = json.load(sys.stdin)
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())  # the script finds an empty standard input
    module = types.ModuleType("__main__")
    module.__dict__.update(job["variables"])
    sys.modules["__main__"] = module  # what the script defines belongs to it, as if it were started by itself
    sys.argv = [SCRIPT_NAME]
    try:
        return run(job["script"], module.__dict__)
    finally:
        found = {name: plain(module.__dict__[name]) for name in job["wanted"] if name in module.__dict__}
        Path(result).write_text(json.dumps(found), encoding="utf-8")


def run(script: str, scope: dict[str, object]) -> int:
    """Runs a script in a scope; whatever it raises is printed as Python itself does. Gives the exit code."""
    linecache.cache[SCRIPT_NAME] = (len(script), None, script.splitlines(keepends=True), SCRIPT_NAME)
    try:
        exec(compile(script, SCRIPT_NAME, "exec"), scope)  # noqa: S102 - running the author's script is the purpose
    except SystemExit as asked:
        if asked.code is None or isinstance(asked.code, int):
            return asked.code or 0
        print(asked.code, file=sys.stderr)  # noqa: T201 - as Python itself does
        return 1
    except BaseException as error:  # noqa: BLE001 - the caller learns from the traceback what it was
        own = error.__traceback__
        traceback.print_exception(error.with_traceback(own.tb_next if own else None))
        return 1
    return 0


def plain(value: object) -> object:
    """A value in a form that JSON has: several as a list, moments in ISO 8601, anything unknown as its text."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [single(each) for each in value]
    return single(value)


def single(value: object) -> str | int | float | bool | None:
    """One value; a collection inside another one is its text."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
