"""`python -m tests.bench.compare OLD NEW`: two revisions measured in turn on this machine, and what became of them."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.report import ROOT, Result, measured, runs, table

#: What is compared, and whether more of it is better.
_FIGURES = {
    "rate": True,
    "server_us": False,
    "p50_ms": False,
    "across_p50_ms": False,
    "p50_first_ms": False,
    "rate_1k": True,
    "rate_1m": True,
    "idle_mb": False,
    "in_flight_kb": False,
    "parked_kb": False,
    "single": True,
    "together": True,
    "triggers_per_second": True,
}
Key = tuple[str, str]  # what was measured, which figure of it


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """A folder with that revision's package, as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="orchestrion-revision-") as folder:
        tree = str(Path(folder) / "tree")
        _git("worktree", "add", "--detach", tree, revision)
        try:
            yield Path(tree) / "src"
        finally:
            _git("worktree", "remove", "--force", tree)


def in_turn(sources: Sequence[Path], only: Sequence[str], rounds: int) -> Iterator[list[dict[Key, list[float]]]]:
    """For each workload the figures of each source: it is run on one after the other, `rounds` times (ABAB)."""
    for arguments in runs(only):
        found: list[dict[Key, list[float]]] = [defaultdict(list) for _ in sources]
        for _ in range(rounds):
            for figures, source in zip(found, sources, strict=True):
                print(" ".join(arguments), source, file=sys.stderr, flush=True)  # noqa: T201 - what takes so long
                _keep(figures, " ".join(arguments), measured(arguments, source))
        yield found


def _keep(figures: dict[Key, list[float]], name: str, result: Result) -> None:
    for each in _FIGURES:
        if result.get(each) is not None:
            figures[name, each].append(float(result[each]))


def verdicts(old: dict[Key, list[float]], new: dict[Key, list[float]]) -> str:
    """A table: medians, how many times better the new one is, and how far runs of one revision lie apart."""
    rows = []
    for (name, figure), values in old.items():
        others = new[name, figure]
        before, after = statistics.median(values), statistics.median(others)
        better = after / before if _FIGURES[figure] else before / after
        told = (f"{before:,.1f}", f"{after:,.1f}", f"{better:.2f} x", f"{_spread(values)} / {_spread(others)}")
        rows.append((name.replace("--", ""), figure, *told))
    return table(("workload", "figure", "old", "new", "better", "spread old / new"), rows)


def _spread(values: Sequence[float]) -> str:
    middle = statistics.median(values)
    return f"{100 * (max(values) - min(values)) / middle:.0f} %" if middle else "-"


def _git(*arguments: str) -> None:
    subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, capture_output=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare", description=__doc__)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--only", default="chain,idle", help="as BENCH: chain+sqlite+read,idle")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    with checked_out(given.old) as old, checked_out(given.new) as new:
        for before, after in in_turn((old, new), given.only.split(","), given.rounds):
            print(f"{verdicts(before, after)}\n", flush=True)  # noqa: T201 - the result


if __name__ == "__main__":
    main()
