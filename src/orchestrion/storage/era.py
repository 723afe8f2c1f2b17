"""Whether a PostgreSQL is still the one that was written to before: looked at on every connection (durability.md 8)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from orchestrion.model.errors import UnavailableError
from orchestrion.storage.incarnation import SqlIncarnation
from orchestrion.storage.tables import installation

_ENTERED = "orchestrion.era"
_LOOK_SECONDS = 3.0  # between two looks on connections that are known
#: The timeline of what is written now; that of the control file is older until the first checkpoint after a promotion.
_FACTS = text("""
    SELECT pg_is_in_recovery() AS is_standby,
           CASE WHEN pg_is_in_recovery() THEN NULL
                ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS timeline,
           (SELECT system_identifier::text FROM pg_control_system()) AS cluster,
           to_regclass('installation')::oid::text AS schema,
           current_setting('synchronous_standby_names') <> ''
               AND current_setting('synchronous_commit') NOT IN ('off', 'local') AS is_synchronous
""")
#: A server that stands still in the middle of a transaction, or cannot be reached, must not keep its rows from those
#: who take its work over; in milliseconds.
_LIMITS = {"idle_in_transaction_session_timeout": 10_000, "tcp_user_timeout": 20_000}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Facts:
    """What tells one state of a cluster from another.

    `identity` is that of the cluster and of the tables in it, which a restored dump makes anew; `is_synchronous` says
    whether a standby has every commit before it returns.
    """

    identity: str | None
    timeline: int | None
    is_synchronous: bool


class Era:
    """Lets nobody use a connection to a database that may have lost commits, until what had not ended is held.

    It remembers whether commits waited for a standby, because the database may have lost that as well.
    """

    def __init__(self) -> None:
        self._looked_at = -_LOOK_SECONDS
        self._was_synchronous: bool | None = None

    async def enter(self, connection: AsyncConnection) -> None:
        """Looks at a connection before it is used; raises UnavailableError for one to a standby."""
        now = asyncio.get_running_loop().time()
        info = _info(connection)
        if info.get(_ENTERED) and now - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = now
        async with connection.begin():
            if _ENTERED not in info:
                for name, value in _LIMITS.items():
                    await connection.execute(text(f"SET {name} = {value}"))
            self._was_synchronous = await connection.run_sync(settle, self._was_synchronous)
        info[_ENTERED] = True


def _info(connection: AsyncConnection) -> dict[Any, Any]:
    """What the pool keeps with a connection for as long as it is open."""
    if connection.sync_connection is None:
        raise RuntimeError("the connection is closed")
    return connection.sync_connection.info


def settle(connection: Connection, was_synchronous: bool | None) -> bool:
    """Begins a new incarnation where the database may have lost commits; gives whether commits wait for a standby."""
    found = _facts(connection)
    if _known(connection) == found:
        return found.is_synchronous
    row = connection.execute(select(installation.c.id).with_for_update()).one_or_none()
    if row is None:
        return found.is_synchronous
    known = _known(connection)
    if was_synchronous is False:
        known = Facts(known.identity, known.timeline, False)
    reason = reason_of(known, found)
    if reason:
        begun = SqlIncarnation(connection).begin(reason)
        _log.error("A new incarnation begins.", number=begun.number, held_jobs=begun.held_jobs, reason=reason)
    elif known.timeline not in (None, found.timeline):
        _log.warning("The database failed over to a synchronous standby; nothing is lost.", timeline=found.timeline)
    connection.execute(
        update(installation).values(
            database_identity=found.identity, timeline=found.timeline, is_synchronous=found.is_synchronous
        )
    )
    return found.is_synchronous


def reason_of(known: Facts, found: Facts) -> str:
    """Why the database may have lost commits since it was `known`, or ''. One that is new has none to lose."""
    if known.identity is None or known.timeline is None or found.timeline is None:
        return ""
    if known.identity != found.identity:
        return "The database was restored from a copy, or brought to another PostgreSQL cluster."
    if found.timeline < known.timeline:
        return "The database was brought back to an earlier state."
    if found.timeline > known.timeline and not known.is_synchronous:
        return "PostgreSQL failed over without a synchronous standby, and may have lost its last commits."
    return ""


def _facts(connection: Connection) -> Facts:
    row = connection.execute(_FACTS).one()
    if row.is_standby:
        raise UnavailableError("The orchestration database is a standby: nothing can be written to it now.")
    return Facts(f"{row.cluster}/{row.schema}", int(row.timeline, 16), row.is_synchronous)


def _known(connection: Connection) -> Facts:
    columns = (installation.c.database_identity, installation.c.timeline, installation.c.is_synchronous)
    row = connection.execute(select(*columns)).one_or_none()
    return Facts(None, None, False) if row is None else Facts(*row)
