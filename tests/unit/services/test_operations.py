"""What operators look at."""

from __future__ import annotations

import pytest

from orchestrion.model.errors import UnavailableError
from orchestrion.model.resources import EventType
from orchestrion.ports.access import EventRecord
from orchestrion.ports.transaction import Database
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.installation import establish
from orchestrion.services.operations import Operations
from tests.unit.services.world import ANNA, Clock

pytestmark = pytest.mark.anyio


@pytest.fixture
def operations(database: Database) -> Operations:
    """Operations over the database."""
    return Operations(database)


async def test_packs_and_activity_types_are_listed(operations: Operations) -> None:
    """A pack's name comes from its id."""
    (pack,) = await operations.packs(ANNA)
    assert (pack.id, pack.name, pack.version, pack.activity_count) == ("test-pack", "Test Pack", "1.0", 2)
    assert [kind.id for kind in await operations.activity_types(ANNA)] == ["test.step", "test.watch"]


async def test_events_and_audit_are_listed(operations: Operations, database: Database, clock: Clock) -> None:
    """Events can be narrowed by gravity."""
    event = EventRecord(ANNA.id, clock.now(), EventType.ERROR, "Broken", "", "server")
    await database.write(lambda stores: stores.events.add(event))
    assert await operations.events(ANNA, kind=EventType.ERROR) == [event]
    assert await operations.events(ANNA, kind=EventType.WARNING) == []
    assert await operations.audit(ANNA) == []


async def test_another_master_key_is_refused(database: Database, clock: Clock) -> None:
    """The first key founds the installation; only that one fits later."""
    first = await establish(database, clock, MasterKeyVault(b"a" * 32))
    assert await establish(database, clock, MasterKeyVault(b"a" * 32)) == first
    with pytest.raises(UnavailableError, match="--key-file"):
        await establish(database, clock, MasterKeyVault(b"b" * 32))


async def test_the_folder_tree_is_founded(database: Database, clock: Clock) -> None:
    """Lists of folders have a top from the first start on."""
    await establish(database, clock, MasterKeyVault(b"a" * 32))
    assert [folder.path for folder in await database.read(lambda stores: stores.folders.all())] == [""]
