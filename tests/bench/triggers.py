"""How many triggers a second a monitor stores, each with the request for its run, and how fast their runs follow."""

from __future__ import annotations

from orchestrion.model.access import SYSTEM
from orchestrion.services.jobs import StartRequest
from tests.bench import runbooks
from tests.bench.chain import Figures, Load, until_none
from tests.bench.place import Place
from tests.bench.sql import seconds_of

_ENTRIES = 2000


async def triggers(place: Place, load: Load) -> Figures:
    """One log monitor that is given 2,000 lines at once; a run of one activity for each."""
    log = place.folder / "watched.log"
    log.touch()
    runbook_id = await place.import_runbook(runbooks.watch(str(log), load.in_flight))
    async with place.core() as core:
        await core.services.jobs.start(SYSTEM, StartRequest(runbook_id))
    with place.servers(1, load.in_flight + 1):
        await until_none(place, "FROM monitor WHERE cursor IS NULL")
        with log.open("a") as file:
            file.writelines(f"entry {number}: {runbooks.TEXT}\n" for number in range(_ENTRIES))
        missing = "FROM (SELECT 1 AS one) AS one WHERE (SELECT count(*) FROM instance WHERE state = 'ended')"
        await until_none(place, f"{missing} < {_ENTRIES}")
    return await _figures(place)


async def _figures(place: Place) -> Figures:
    """Raises when an entry of the log has not exactly one trigger and one run that succeeded."""
    times = {
        name: float((await place.sql.rows(f"SELECT {seconds_of(place.kind, column)} FROM {table}"))[0][0])
        for name, column, table in (
            ("first", "min(at)", "trigger_seen"),
            ("last", "max(at)", "trigger_seen"),
            ("ended", "max(ended_at)", "instance"),
        )
    }
    seen = (await place.sql.rows("SELECT count(*), count(DISTINCT instance_id) FROM trigger_seen"))[0]
    ended = (await place.sql.rows("SELECT count(*) FROM instance WHERE status = 'success'"))[0][0]
    if (*seen, ended) != (_ENTRIES, _ENTRIES, _ENTRIES):
        raise AssertionError(f"triggers, their runs, runs that succeeded: {(*seen, ended)}")
    return {
        "triggers_per_second": round(_ENTRIES / max(times["last"] - times["first"], 1e-6)),
        "runs_per_second": round(_ENTRIES / (times["ended"] - times["first"])),
    }
