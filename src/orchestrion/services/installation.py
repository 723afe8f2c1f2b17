"""Whether the master key at hand is the one this database's secrets were sealed with."""

from __future__ import annotations

from uuid_utils import uuid7

from orchestrion.model.errors import UnavailableError
from orchestrion.ports.clock import Clock
from orchestrion.ports.security import InstallationRecord, Vault
from orchestrion.ports.transaction import Database, Transaction


async def establish(database: Database, clock: Clock, vault: Vault) -> InstallationRecord:
    """The installation of the database, which is founded at the first start with the key at hand.

    Raises UnavailableError when the key is another than the one of the first start.
    """
    known = await database.read(lambda stores: stores.installation.get())
    if known is None:
        incarnation = str(uuid7())
        new = InstallationRecord(incarnation, vault.seal(incarnation), clock.now())
        known = await database.write(lambda stores: _found(stores, new))
    if vault.open(known.key_check) != known.incarnation:
        raise UnavailableError("The master key opens this database's secrets, but they belong to another installation.")
    return known


def _found(stores: Transaction, new: InstallationRecord) -> InstallationRecord:
    stores.folders.root()  # made here, because lists of folders are read where nothing may be written
    return stores.installation.add(new)
