"""Why something does not start: each reason by its name, in words that name the server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrion.model.assignment import Defaults, Placement, Worker
from orchestrion.model.resources import ServerStatus
from orchestrion.model.start_reason import Queued, Seen, StartCode, StartReason, Waiting, why_queued, why_waiting

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TYPES = frozenset({"files.copy"})
NORTH = Seen(Worker("n", "north", 0, 2, types=TYPES, tags=frozenset({"zone=dmz"})), ServerStatus.ONLINE)
SOUTH = Seen(Worker("s", "south", 1, 3, types=TYPES), ServerStatus.ONLINE)
LATER = NOW + timedelta(seconds=3)


def full(seen: Seen) -> Seen:
    """Every place of the server is taken."""
    return replace(seen, worker=replace(seen.worker, running=seen.worker.capacity))


def standing(seen: Seen, status: ServerStatus) -> Seen:
    """The server, as it stands."""
    return replace(seen, status=status)


def why(placement: Placement, *servers: Seen, now: datetime = NOW, ahead: int = 0) -> StartReason:
    """The answer for something that waits since NOW."""
    return why_waiting(Waiting(placement, NOW, ahead), servers, Defaults(), now)


def test_a_job_waits_for_its_runbooks_limit() -> None:
    """It tells its place in the queue."""
    reason = why_queued(Queued(limit=2, running=2, place=3))
    assert reason.code is StartCode.RUNBOOK_LIMIT
    assert reason.text == (
        "Waits its turn: the runbook runs at most 2 jobs at a time, and 2 of 2 run; it is number 3 in the queue."
    )
    assert "behind more than 1000 others" in why_queued(Queued(1, 1, None)).text


def test_there_is_no_server() -> None:
    """Nobody has ever come."""
    assert why(Placement()).code is StartCode.NO_SERVER


def test_nobody_is_called_so() -> None:
    """Neither by name nor by tag."""
    reason = why(Placement(("west", "tag:zone=lan")), NORTH)
    assert (reason.code, reason.text) == (
        StartCode.UNKNOWN_SERVER,
        "No runbook server is meant by 'west' or 'tag:zone=lan'.",
    )


def test_no_permitted_server_has_the_pack() -> None:
    """The text names the pack and the activities."""
    reason = why(Placement(types=frozenset({"files.copy", "ad.unlock"})), NORTH, SOUTH)
    assert reason.code is StartCode.MISSING_PACK
    assert "the pack 'ad': ad.unlock" in reason.text


def test_the_permitted_servers_are_offline() -> None:
    """Others may be there."""
    reason = why(Placement(("north",)), standing(NORTH, ServerStatus.OFFLINE), SOUTH)
    assert (reason.code, reason.text) == (
        StartCode.SERVERS_OFFLINE,
        "No permitted runbook server takes work: 'north' is offline.",
    )


@pytest.mark.parametrize("status", [ServerStatus.DRAINING, ServerStatus.MAINTENANCE])
def test_somebody_wants_them_to_take_nothing(status: ServerStatus) -> None:
    """That comes before those that are offline: it can be ended by a command."""
    reason = why(Placement(), standing(NORTH, ServerStatus.OFFLINE), standing(SOUTH, status))
    assert reason.code is StartCode.SERVERS_DRAINING
    assert "'south' is" in reason.text


def test_all_that_work_are_full() -> None:
    """Those that do not work are told as well, and how many come first."""
    reason = why(Placement(), full(NORTH), standing(SOUTH, ServerStatus.OFFLINE), ahead=2)
    assert reason.code is StartCode.SERVERS_FULL
    assert reason.text.startswith("All permitted runbook servers are full: 'north' (2 of 2), 'south' is offline.")
    assert reason.text.endswith(" By priority and age 2 come first.")


def test_a_better_server_is_waited_for_a_moment() -> None:
    """It is named; afterwards any may."""
    reason = why(Placement(), NORTH, SOUTH)
    assert (reason.code, reason.text) == (
        StartCode.BETTER_SERVER,
        "'north' is to take it; any permitted server may after 2 seconds.",
    )
    assert why(Placement(), NORTH, SOUTH, now=LATER).code is StartCode.STARTING


def test_others_come_first() -> None:
    """There is room, and those before it take it first."""
    assert why(Placement(), NORTH, ahead=1).text == "It is about to start. By priority and age 1 comes first."
    assert why(Placement(), NORTH, ahead=1000).code is StartCode.BEHIND_OTHERS


def test_nothing_is_in_the_way() -> None:
    """The next claim takes it."""
    assert why(Placement(), NORTH).code is StartCode.STARTING


def test_the_global_list_counts_here_as_well() -> None:
    """As it does for the claim."""
    found = Waiting(Placement(), NOW)
    reason = why_waiting(found, [NORTH, full(SOUTH)], Defaults(("south",)), NOW)
    assert reason.code is StartCode.SERVERS_FULL
