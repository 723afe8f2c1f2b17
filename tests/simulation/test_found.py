"""Faults of the product that simulations have found, each in the smallest scene that shows it."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

from orchestrion.model.codec import read_runbook
from tests.simulation.simulation import Scene, simulate
from tests.simulation.weather import Faults

ONE = "activities: {a: {type: world.act-EFFECT}}\nlinks: []"

FIVE = """
settings: {max_simultaneous_jobs: 4}
activities:
  a: {type: world.act-pure}
  b: {type: world.act-once}
  c: {type: world.act-once}
  d: {type: world.act-read}
  e: {type: world.act-idempotent}
links: [{from: a, to: b, include: []}, {from: a, to: c, include: []}, {from: a, to: d, include: []}, {from: a, to: e}]
"""
THREE = """
settings: {max_simultaneous_jobs: 8}
activities: {a: {type: world.act-read}, b: {type: world.act-read}, c: {type: world.act-read}}
links: [{from: a, to: b, include: []}, {from: a, to: c, include: []}]
"""


def scene(text: str, faults: Faults, **more: Any) -> Scene:
    """A scene with one runbook, given as YAML without its head."""
    document = {"orchestrion": "runbook/1", "name": "R", **YAML(typ="safe").load(text)}
    return Scene(faults, [read_runbook(document)], **more)


def problems(of: Scene, seeds: int = 10) -> list[str]:
    """What goes wrong first in the scene."""
    tried = (simulate(seed, of).problems for seed in range(seeds))
    return next(filter(None, tried), [])


def test_an_outage_of_the_database_holds_nothing() -> None:
    """An outage is waited out, wherever the instance is (durability.md 5): nobody has to continue anything."""
    text = ONE.replace("EFFECT", "read")
    assert not problems(scene(text, Faults(outage=2)))


def test_a_claim_whose_answer_is_lost_is_not_lost() -> None:
    """What a live server owns it runs, also when the connection broke in the commit of its claim (durability.md 4)."""
    text = ONE.replace("EFFECT", "read")
    assert not problems(scene(text, Faults(lost_answer=0.1)))


def test_an_instance_that_its_author_wants_held_takes_its_messages() -> None:
    """A job with `recovery: hold` that is stopped while its server is down ends; it is not claimed without end."""
    text = f"settings: {{recovery: hold}}\n{ONE.replace('EFFECT', 'read')}"
    assert not problems(scene(text, Faults(cut_after_effect=0.5, deaf=1), stops=0.3))


def test_a_server_whose_lease_is_over_starts_nothing_and_cancels_what_a_successor_repeats() -> None:
    """At its local deadline a server that is cut off stops what its successor runs again (durability.md 5)."""
    assert not problems(scene(THREE, Faults(stall=0.05), servers=3, jobs=8), seeds=30)


def test_a_wrong_clock_does_not_make_a_server_dead() -> None:
    """Leases expire by the database's clock alone (durability.md 5)."""
    text = ONE.replace("EFFECT", "pure")
    assert not problems(scene(text, Faults(skew=6)))


def test_an_answer_leaves_the_inbox_with_what_follows_from_it() -> None:
    """A power cut between the two must not lose what a person has said (durability.md 2, inbox)."""
    faults = Faults(cut_after_effect=0.3, life=3)
    assert not problems(scene(FIVE, faults, servers=1, jobs=4))
