"""A copy of a SQLite file is known by its stamp (durability.md 8)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestrion.ports.security import InstallationRecord
from orchestrion.services.stamps import Stamps
from orchestrion.storage.database import SqliteDatabase
from orchestrion.storage.stamp_file import SqliteStampFile
from tests.unit.services.world import SERVER, Clock

pytestmark = pytest.mark.anyio


class Site:
    """A SQLite file that is opened, closed and copied."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def run(self, look: str = "check") -> int:
        """One process opens it; gives the incarnation that it finds."""
        database = SqliteDatabase(self.path)
        await database.write(lambda tx: tx.installation.add(InstallationRecord(SERVER, "sealed", Clock().now())))
        stamps = Stamps(database, SqliteStampFile(self.path))
        await (stamps.check() if look == "check" else stamps.renew())
        found = await database.read(lambda tx: tx.incarnation.current())
        await database.close()
        return found.number


@pytest.fixture
def site(migrated: Path, tmp_path: Path, anyio_backend: str) -> Site:
    """A new database."""
    return Site(Path(shutil.copy(migrated, tmp_path)))


async def test_the_same_file_goes_on(site: Site) -> None:
    """However often it is opened."""
    assert [await site.run() for _ in range(3)] == [1, 1, 1]


async def test_a_copy_from_before_begins_a_new_incarnation(site: Site, tmp_path: Path) -> None:
    """Once: then it is the file in use."""
    await site.run()
    copy = shutil.copy(site.path, tmp_path / "copy")
    await site.run("renew")
    shutil.copy(copy, site.path)
    assert [await site.run(), await site.run()] == [2, 2]


async def test_a_copy_without_what_lay_beside_it_is_known(site: Site) -> None:
    """Whoever brings the database alone to another folder has restored it."""
    await site.run()
    site.path.with_name("orchestrion.db.stamp").unlink()
    assert await site.run() == 2


async def test_a_crash_between_both_writes_is_no_restore(site: Site) -> None:
    """While a stamp is renewed, the old one counts as well."""
    await site.run()
    file = SqliteStampFile(site.path)
    (before,) = file.read()
    file.write([before, "new"])
    assert await site.run() == 1
