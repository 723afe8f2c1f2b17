"""Which server takes what: dealt out by each server for itself, and still agreed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.model.assignment import (
    Defaults,
    Placement,
    Policy,
    Ready,
    Worker,
    is_tag,
    may_run,
    needed_types,
    share,
    unknown_entries,
)

ANY = Defaults()
A = Worker("a", "north", 0, 2, tags=frozenset({"zone=dmz"}), types=frozenset({"x.y"}))
B = Worker("b", "south", 1, 4, types=frozenset({"x.y", "x.z"}))
WORKERS = st.lists(
    st.builds(
        Worker,
        id=st.sampled_from("abcd"),
        name=st.just(""),
        rank=st.integers(0, 9),
        capacity=st.integers(1, 4),
        running=st.integers(0, 4),
        tags=st.frozensets(st.sampled_from(["t=1", "t=2"])),
        types=st.frozensets(st.sampled_from(["x.y", "x.z"])),
    ),
    min_size=1,
    max_size=4,
    unique_by=(lambda each: each.id, lambda each: each.rank),
).map(lambda found: [replace(each, name=each.id) for each in found])
PLACEMENTS = st.builds(
    Placement,
    servers=st.lists(st.sampled_from(["a", "b", "tag:t=1", "tag:t=3"]), max_size=2).map(tuple),
    types=st.frozensets(st.sampled_from(["x.y", "x.z"])),
    policy=st.none() | st.sampled_from(Policy),
)
READY = st.lists(PLACEMENTS, max_size=12).map(lambda found: [Ready(str(n), each) for n, each in enumerate(found)])


def ready(count: int, policy: Policy | None = None) -> list[Ready]:
    """Things that may run anywhere."""
    return [Ready(str(number), Placement(policy=policy)) for number in range(count)]


def test_names_and_tags_are_listed_in_one_list() -> None:
    """Either is enough."""
    assert may_run(Placement(("tag:zone=dmz", "south")), A, ANY)
    assert may_run(Placement(("tag:zone=dmz", "south")), B, ANY)
    assert not may_run(Placement(("tag:zone=lan",)), A, ANY)


def test_the_global_list_counts_where_nothing_is_listed() -> None:
    """The list of a job or a runbook comes before it."""
    only_south = Defaults(("south",))
    assert not may_run(Placement(), A, only_south)
    assert may_run(Placement(("north",)), A, only_south)


def test_a_server_without_an_activity_type_may_not() -> None:
    """Whoever lists it."""
    needed = Placement(("north",), needed_types({"activities": {"one": {"type": "x.z"}, "two": {"type": "x.y"}}}))
    assert not may_run(needed, A, ANY)


def test_what_nobody_is_called_is_told() -> None:
    """Names and tags alike."""
    known = {"north": frozenset({"zone=dmz"})}
    assert unknown_entries(["north", "tag:zone=dmz"], known) == []
    assert unknown_entries(["nort", "tag:zone=lan"], known) == [
        "There is no runbook server 'nort'.",
        "There is no runbook server with the tag 'zone=lan'.",
    ]


@pytest.mark.parametrize(("text", "expected"), [("zone=dmz", True), ("zone", False), ("a=b c", False), ("=b", False)])
def test_a_tag_has_a_name_and_a_value(text: str, expected: bool) -> None:
    """Without blanks, so that lists can be written with commas."""
    assert is_tag(text) is expected


def test_spill_over_fills_the_first_before_the_next() -> None:
    """Two fit on the first; the third is the other's."""
    assert share(ready(3), A, [B], ANY, 50) == ["0", "1"]
    assert share(ready(3), B, [A], ANY, 50) == ["2"]


def test_the_least_loaded_is_filled_up_to_the_others() -> None:
    """By the share of its places that is taken."""
    busy = replace(A, running=1)
    assert share(ready(4, Policy.LEAST_LOADED), B, [busy], ANY, 50) == ["0", "1", "3"]
    assert share(ready(4, Policy.LEAST_LOADED), busy, [B], ANY, 50) == ["2"]


def test_round_robin_begins_with_the_one_that_was_served_the_longest_ago() -> None:
    """And goes on in turns."""
    served = replace(A, served_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert share(ready(3, Policy.ROUND_ROBIN), served, [B], ANY, 50) == ["1"]
    assert share(ready(3, Policy.ROUND_ROBIN), B, [served], ANY, 50) == ["0", "2"]


def test_what_its_server_left_is_anybodys() -> None:
    """Nobody waits for a server that does not come."""
    assert share([Ready("0", Placement(), is_left=True)], B, [A], ANY, 50) == ["0"]


def test_the_policy_of_all_counts_where_a_runbook_has_none() -> None:
    """It is spill-over unless somebody changes it."""
    assert share(ready(2), B, [A], Defaults(policy=Policy.LEAST_LOADED), 50) == ["1"]


@given(workers=WORKERS, items=READY, policy=st.sampled_from(Policy))
def test_nothing_is_dealt_twice_or_to_who_may_not(workers: list[Worker], items: list[Ready], policy: Policy) -> None:
    """Each server deals for itself what it may run; no server gets more than it has places."""
    defaults = Defaults((), policy)
    for me in workers:
        others = [each for each in workers if each is not me]
        taken = share([each for each in items if may_run(each.placement, me, defaults)], me, others, defaults, 50)
        assert len(taken) <= max(0, me.capacity - me.running)
        assert len(taken) == len(set(taken))


@given(workers=WORKERS, items=READY, policy=st.sampled_from(Policy))
def test_all_agree_when_all_see_the_same(workers: list[Worker], items: list[Ready], policy: Policy) -> None:
    """What may run anywhere is taken once, as long as there are places."""
    anywhere = [Ready(each.id, Placement(policy=policy)) for each in items]
    taken = Counter(
        each for me in workers for each in share(anywhere, me, [other for other in workers if other is not me], ANY, 50)
    )
    places = sum(max(0, each.capacity - each.running) for each in workers)
    assert set(taken.values()) <= {1}
    assert len(taken) == min(len(anywhere), places)
