"""Rebuilding a conductor from a journal: the live run again, without doing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchestrion.engine.conductor import Conductor
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import Signal
from orchestrion.engine.snapshot import read_snapshot
from orchestrion.model.errors import DivergenceError
from orchestrion.model.values import Json


def replay(
    plan: Plan, journal: Iterable[tuple[Signal, int | None]], snapshot: Mapping[str, Json] | None = None
) -> Conductor:
    """The conductor after every journaled signal, in order; its `open` commands are what is still to do.

    With a `snapshot`, `journal` is what followed it. Each signal comes with the digest the live run had after it, or
    None where none was recorded. Raises DivergenceError, naming the place, when the state differs: the caller must hold
    the instance.
    """
    conductor = Conductor(plan) if snapshot is None else read_snapshot(plan, snapshot)
    for number, (signal, digest) in enumerate(journal, start=1):
        conductor.receive(signal)
        if digest is not None and digest != conductor.digest:
            raise DivergenceError(f"replay differs from the recorded run at signal {number} ({type(signal).__name__})")
    return conductor
