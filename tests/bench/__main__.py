"""`python -m tests.bench WORKLOAD --database KIND`: measures, and prints one JSON line for each workload.

What is measured is the `orchestrion` that Python finds first: PYTHONPATH=elsewhere/src measures another revision.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import orchestrion
from orchestrion.bootstrap.loop import run_server
from tests.bench.chain import Figures, Load, chain
from tests.bench.idle import fan, idle
from tests.bench.memory import memory
from tests.bench.place import Place, fresh_place
from tests.bench.scale import finished, pending
from tests.bench.starts import starts
from tests.bench.triggers import triggers

Workload = Callable[[Place, Load], Awaitable[Figures]]
WORKLOADS: dict[str, Workload] = {
    "chain": chain,
    "idle": idle,
    "fan": fan,
    "pending": pending,
    "finished": finished,
    "memory": memory,
    "starts": starts,
    "triggers": triggers,
}


async def measure(name: str, database: str, load: Load) -> Figures:
    """One workload on a fresh database."""
    async with fresh_place(database) as place:
        found = await WORKLOADS[name](place, load)
    told: Figures = {"workload": name, "database": database, "kind": load.kind, "servers": load.servers}
    return told | {"jobs": load.jobs, "in_flight": load.in_flight, **found}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("workloads", nargs="+", choices=sorted(WORKLOADS))
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--kind", choices=["pure", "read", "file"], default="read")
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument(
        "--large", type=int, default=1_000_000, help="jobs that wait or ended before, where that counts"
    )
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    load = Load(given.kind, given.jobs, given.in_flight, given.servers, given.large)
    print(f"measuring {Path(orchestrion.__file__).parent}", file=sys.stderr)  # noqa: T201 - says what
    for name in given.workloads:
        print(json.dumps(run_server(measure, name, given.database, load)), flush=True)  # noqa: T201 - the result


if __name__ == "__main__":
    main()
