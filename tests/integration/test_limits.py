"""The limits that the product promises, on a real runbook server and a real database."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from orchestrion.model.access import SYSTEM
from orchestrion.model.job import InstanceState, JobStatus
from orchestrion.ports.runs import JobRecord, RunFilter
from orchestrion.runbookserver import executor
from tests.integration.world import Installation, installation

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with installation(tmp_path) as made:
        yield made


async def run(place: Installation, document: dict[str, object]) -> JobRecord:
    """A job of the runbook at its end."""
    job = await place.start(await place.add(json.dumps(document)))
    ended = await place.live(None, lambda: place.until(job.id, seconds=120))
    assert ended is not None
    return ended


def act(name: str, effect: str = "pure", **more: object) -> dict[str, object]:
    """An activity that counts."""
    return {"type": f"world.act-{effect}", "inputs": {"name": name}, **more}


@pytest.mark.parametrize("count", [300, pytest.param(2000, marks=pytest.mark.soak)])
async def test_a_runbook_of_2000_activities(place: Installation, count: int) -> None:
    """All of them run, each once."""
    names = [f"a{number}" for number in range(count)]
    links = [{"from": one, "to": two} for one, two in pairwise(names)]
    ended = await run(place, {"activities": {each: act(each) for each in names}, "links": links})
    assert ended.status is JobStatus.SUCCESS
    assert sum(place.world.counts.values()) == count


async def test_100_parallel_branches(place: Installation) -> None:
    """They run side by side and are joined once."""
    names = [f"b{number}" for number in range(100)]
    activities = {"start": act("start"), "join": {"type": "runbook-control.junction"}, "end": act("end")}
    activities |= {each: act(each, "idempotent") for each in names}
    links = [{"from": "start", "to": each} for each in names] + [{"from": each, "to": "join"} for each in names]
    ended = await run(place, {"activities": activities, "links": [*links, {"from": "join", "to": "end"}]})
    assert ended.status is JobStatus.SUCCESS
    assert sum(place.world.counts.values()) == 102
    assert place.world.counts["end"] == 1


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_10000_records_from_one_activity(place: Installation, count: int) -> None:
    """The next activity runs once for each, and the one behind a junction once."""
    items = json.dumps(list(range(count)))
    activities = {
        "each": {"type": "runbook-control.for-each", "inputs": {"items": [items], "return_data_from": "inner"}},
        "inner": act("inner", group="each"),
        "many": act("many"),
        "join": {"type": "runbook-control.junction"},
        "end": act("end"),
    }
    links = [{"from": "each", "to": "many"}, {"from": "many", "to": "join"}, {"from": "join", "to": "end"}]
    ended = await run(place, {"activities": activities, "links": links})
    assert ended.status is JobStatus.SUCCESS
    assert place.world.counts == {"inner": count, "many": count, "end": 1}


async def test_a_value_of_a_megabyte(place: Installation) -> None:
    """It travels from activity to activity, into a condition and back to whoever started the job."""
    text = "ä" * 500_000
    document: dict[str, object] = {
        "returned_data": [{"name": "out"}],
        "activities": {
            "init": {"type": "runbook-control.initialize-data", "inputs": {"parameters": [{"name": "big"}]}},
            "act": act('{{ Left(init["big"], 3) }}', "once"),
            "back": {"type": "runbook-control.return-data", "inputs": {"values": {"out": '{{ init["big"] }}'}}},
        },
        "links": [
            {"from": "init", "to": "act", "include": [{"item": "big", "operator": "starts with", "value": "Ä"}]},
            {"from": "act", "to": "back"},
        ],
    }
    job = await place.start(await place.add(json.dumps(document)), big=text)
    ended = await place.live(None, lambda: place.until(job.id))
    assert ended is not None
    assert ended.status is JobStatus.SUCCESS
    assert ended.returned == ({"out": text},)


async def test_a_parked_instance_takes_no_memory(
    place: Installation, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    """Instances that wait leave next to nothing in their server: what it allocates for other reasons is more."""
    monkeypatch.setattr(executor, "PARKED_AFTER", timedelta())
    links = [{"from": "a", "to": "b", "delay_seconds": 3600}]
    runbook_id = await place.add(
        json.dumps({"activities": {"a": act("a"), "b": act("b")}, "links": links}), limit=10_000
    )
    warm_up, count = 20, 150

    async def parked() -> float:
        for _ in range(warm_up):
            await place.start(runbook_id)
        await place.eventually(lambda: are_parked(place, warm_up))
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(count):
            await place.start(runbook_id)
        await place.eventually(lambda: are_parked(place, warm_up + count))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / count

    bytes_each = await place.live(None, parked)
    assert bytes_each is not None
    record_property("bytes of a parked instance", round(bytes_each))
    assert bytes_each < 4096


async def are_parked(place: Installation, count: int) -> bool:
    """Whether that many instances are parked."""
    found = await place.runs.instances(SYSTEM, RunFilter(limit=1000))
    return sum(each.state is InstanceState.PARKED for each in found) == count
