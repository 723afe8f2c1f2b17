"""Made-up history (`orchestrion db generate`): complete, readable as any, and never beside real jobs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from orchestrion.bootstrap.generating import generate_history
from orchestrion.bootstrap.maintenance import check_invariants, offline_core
from orchestrion.model.access import SYSTEM
from orchestrion.model.errors import ConflictError
from orchestrion.model.job import JobStatus
from orchestrion.ports.authoring import VersionRecord
from orchestrion.ports.runs import RunFilter
from orchestrion.services.jobs import StartRequest
from orchestrion.settings import Settings

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Those of a command on the empty database."""
    return Settings(data_dir=tmp_path / "data", database=SecretStr(database_url))


async def generate(settings: Settings, executions: int) -> dict[str, object]:
    """Generates, and leaves out who is told."""
    return await generate_history(settings, executions, 30, lambda _done: None)


async def test_each_made_up_job_ran_ten_activities_and_one_in_fifty_failed(settings: Settings) -> None:
    """What is shown of made-up runs is what real ones leave."""
    told = await generate(settings, 1000)
    async with offline_core(settings) as core:
        failed = await core.services.runs.jobs(SYSTEM, RunFilter(statuses=(JobStatus.FAILED,), limit=200))
        instance_id = str(failed[0].latest_instance_id)
        ran = await core.database.read(lambda tx: tx.runs.executions(instance_id))
    assert (told["executions"], told["jobs"], len(failed)) == (1000, 100, 2)
    assert [each.status.value for each in ran] == ["success"] * 9 + ["failed"]


async def test_made_up_history_keeps_every_invariant(settings: Settings) -> None:
    """A check of the database finds nothing wrong with it."""
    await generate(settings, 200)
    assert not await check_invariants(settings)


async def test_more_can_be_added_to_made_up_history(settings: Settings) -> None:
    """A second time adds to the first."""
    await generate(settings, 100)
    await generate(settings, 100)
    async with offline_core(settings) as core:
        assert len(await core.services.runs.jobs(SYSTEM, RunFilter(limit=200))) == 20


async def test_a_database_with_real_jobs_is_refused(settings: Settings) -> None:
    """Nothing made up gets between what really happened."""
    async with offline_core(settings) as core:
        now = core.clock.now()
        made = await core.database.write(lambda tx: tx.runbooks.add(tx.folders.root().id, "Real", now))
        version = VersionRecord(made.id, 1, "me", now, "", {"orchestrion": "runbook/1", "name": "Real"})
        await core.database.write(lambda tx: tx.runbooks.add_version(version, False, 1, ""))
        await core.services.jobs.start(SYSTEM, StartRequest(made.id))
    with pytest.raises(ConflictError, match="were not generated"):
        await generate(settings, 100)
