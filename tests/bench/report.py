"""`python -m tests.bench.report`: every workload on both databases, as a table, as JSON and in the documentation."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

import orchestrion
from tests.bench import svg
from tests.bench.runbooks import KINDS
from tests.services.postgres import binaries

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / ".cache" / "bench"
PAGE, PLOT = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance" / "chain.svg"
Result = Mapping[str, Any]
DATABASES = ("sqlite", "postgresql")
_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def runs(only: Sequence[str]) -> Iterator[list[str]]:
    """The arguments of each measurement that matches one of `only`: words that all occur in it, joined by `+`."""
    everything = [
        *(["chain", "--database", name, "--kind", kind] for kind in KINDS for name in DATABASES),
        *(["chain", "--database", "postgresql", "--kind", kind, "--servers", "2"] for kind in KINDS),
        *([name, "--database", each] for name in ("idle", "fan", "memory", "starts", "triggers") for each in DATABASES),
        *([name, "--database", each] for name in ("pending", "finished") for each in DATABASES),
    ]
    return (each for each in everything if not only or any(set(words.split("+")) <= {*each} for words in only))


def measured(arguments: Sequence[str], source: Path | None = None) -> Result:
    """What one measurement in a process of its own tells; `source` is another revision's folder with the package."""
    extra = {"PYTHONPATH": str(source)} if source else {}
    command = [sys.executable, "-m", "tests.bench", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | extra, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    found: Result = json.loads(done.stdout.splitlines()[-1])
    return found


def machine() -> dict[str, str]:
    """What the figures were seen on."""
    named = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    version = subprocess.run([binaries() / "postgres", "-V"], check=True, capture_output=True, text=True).stdout
    return {
        "processor": named[0].partition(":")[2].strip() if named else platform.machine(),
        "cores": str(psutil.cpu_count()),
        "python": platform.python_version(),
        "postgresql": version.split()[2],
        "sqlite": sqlite3.sqlite_version,
    }


def revision() -> str:
    """The revision of the package that Python finds, marked when its files have been changed since."""
    git = ["git", "-C", str(Path(orchestrion.__file__).parent)]
    found = subprocess.run([*git, "rev-parse", "--short", "HEAD"], check=True, capture_output=True, text=True)
    changed = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "."], check=False)
    return found.stdout.strip() + ("-dirty" if changed.returncode else "")


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def tables(found: Sequence[Result]) -> str:
    """All results as tables of Markdown, those that were measured."""
    parts: list[tuple[tuple[str, ...], Sequence[str], Callable[[Result], Sequence[object]]]] = [
        (("chain",), _CHAIN, _chain),
        (("idle", "fan"), _LATENCY, _latency),
        (("pending", "finished"), _SCALE, _scale),
        (("memory",), _MEMORY, _memory),
        (("starts",), _STARTS, _starts),
        (("triggers",), _TRIGGERS, _triggers),
    ]
    made = []
    for names, header, row in parts:
        rows = [row(each) for each in found if each["workload"] in names]
        if rows:
            made.append(table(header, rows))
    return "\n\n".join(made)


_CHAIN = (
    "chains of ten",
    "database",
    "servers",
    "ratio to raw",
    "activities/s",
    "raw rows/s",
    "server µs",
    "database µs",
)
_LATENCY = (
    "one run on an idle system",
    "database",
    "end p50 / p95",
    "first activity p50 / p95",
    "across processes",
    "its commits alone",
)
_SCALE = ("jobs of one runbook", "database", "activities/s with 1,000", "with 1,000,000", "ratio", "server µs")
_MEMORY = ("memory", "idle server", "each instance in flight", "each parked instance")
_STARTS = ("starts a second", "one caller", "32 callers", "32 callers, 2,000 jobs wait")
_TRIGGERS = ("one log monitor", "triggers a second", "runs a second that follow")
_TOLD = {
    "idle": "ten activities",
    "fan": "100 branches and a junction",
    "pending": "waiting for their turn",
    "finished": "ended before",
}


def _chain(each: Result) -> Sequence[object]:
    used = "-" if each["database_us"] is None else each["database_us"]
    ratio, rates = f"{each['ratio']:.3f}", (f"{each['rate']:,}", f"{each['raw_rate']:,}")
    return (f"`{each['kind']}`", _NAMES[each["database"]], each["servers"], ratio, *rates, each["server_us"], used)


def _latency(each: Result) -> Sequence[object]:
    def both(name: str) -> str:
        return f"{each[f'p50_{name}']:.1f} / {each[f'p95_{name}']:.1f} ms" if f"p50_{name}" in each else "-"

    across = "-"
    if "across_p50_ms" in each:
        end, first = each["across_p50_ms"], each["across_p50_first_ms"]
        across = f"end {end:.1f} ms, first activity {first:.1f} ms"
    alone = f"{each['commits_ms']:.1f} ms" if "commits_ms" in each else "-"
    return (_TOLD[each["workload"]], _NAMES[each["database"]], both("ms"), both("first_ms"), across, alone)


def _scale(each: Result) -> Sequence[object]:
    rates = (f"{each['rate_1k']:,}", f"{each['rate_1m']:,}")
    used = f"{each['server_us_1k']} / {each['server_us_1m']}"
    return (_TOLD[each["workload"]], _NAMES[each["database"]], *rates, each["flatness"], used)


def _memory(each: Result) -> Sequence[object]:
    kilobytes = (f"{each['in_flight_kb']} kB", f"{each['parked_kb']} kB")
    return (_NAMES[each["database"]], f"{each['idle_mb']} MB", *kilobytes)


def _starts(each: Result) -> Sequence[object]:
    return (_NAMES[each["database"]], each["single"], each["together"], each["with_2000_waiting"])


def _triggers(each: Result) -> Sequence[object]:
    return (_NAMES[each["database"]], each["triggers_per_second"], each["runs_per_second"])


def between_markers(page: str, name: str, text: str) -> str:
    """The page with `text` between its markers of that name; raises ValueError when they are missing."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no markers {begin.strip()} and {end}")
    return f"{before}{begin}\n{text}\n\n{end}{after}"


def write_documentation(results: Mapping[str, Any]) -> None:
    """Puts the tables into docs/performance.md, and the plot beside it."""
    seen = results["machine"]
    told = (
        f"Seen on {seen['cores']} cores ({seen['processor']}), Python {seen['python']}, PostgreSQL "
        f"{seen['postgresql']}, SQLite {seen['sqlite']} with `synchronous=FULL`, revision `{results['revision']}`, "
        f"load {results['load_before']} before the first run:"
    )
    text = f"{told}\n\n{tables(results['results'])}"
    PAGE.write_text(between_markers(PAGE.read_text(), "results of make bench", text))
    PLOT.parent.mkdir(exist_ok=True)
    PLOT.write_text(svg.bars("Durable activities a second, chains of ten", list(_bars(results["results"]))))


def _bars(found: Sequence[Result]) -> Iterator[tuple[str, float]]:
    for each in found:
        if each["workload"] == "chain":
            servers = f", {each['servers']} servers" if each["servers"] > 1 else ""
            yield f"{_NAMES[each['database']]}{servers}: {each['kind']}", float(each["rate"])


def main() -> None:
    """Measures and tells; the environment says what: BENCH=chain+sqlite,idle and BENCH_DOCS=1."""
    only = [name for name in os.environ.get("BENCH", "").split(",") if name]
    load = f"{os.getloadavg()[0]:.1f}"
    found = []
    for arguments in runs(only):
        print(" ".join(arguments), file=sys.stderr, flush=True)  # noqa: T201 - what takes so long
        found.append(measured(arguments))
    results: dict[str, Any] = {
        "revision": revision(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load_before": load,
        "machine": machine(),
        "results": found,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / f"{results['revision']}.json").write_text(json.dumps(results, indent=2))
    print(tables(found))  # noqa: T201 - the result
    if os.environ.get("BENCH_DOCS") == "1":
        write_documentation(results)


if __name__ == "__main__":
    main()
