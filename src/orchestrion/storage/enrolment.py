"""Enrolment tokens, and the credentials of runbook servers (ports.EnrolmentStore)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic_core import from_json
from sqlalchemy import Connection, RowMapping, insert, select, update

from orchestrion.ports.server_admin import EnrolmentToken
from orchestrion.storage.lookup import only_row
from orchestrion.storage.rows import json_text
from orchestrion.storage.tables import enrolment_token, server


class SqlEnrolment:
    """See ports.EnrolmentStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: EnrolmentToken, digest: str) -> None:
        """See ports.EnrolmentStore."""
        self._connection.execute(
            insert(enrolment_token).values(
                id=token.id,
                hash=digest,
                tags=json_text(token.tags),
                uses=token.uses,
                used=token.used,
                created_by=token.created_by,
                created_at=token.created_at,
                expires_at=token.expires_at,
            )
        )

    def all(self) -> list[EnrolmentToken]:
        """See ports.EnrolmentStore."""
        query = select(enrolment_token).order_by(enrolment_token.c.id.desc())
        return [_token(row) for row in self._connection.execute(query).mappings()]

    def use(self, digest: str, now: datetime) -> EnrolmentToken | None:
        """See ports.EnrolmentStore."""
        wanted = select(enrolment_token).where(enrolment_token.c.hash == digest).with_for_update()
        row = self._connection.execute(wanted).mappings().one_or_none()
        found = None if row is None else _token(row)
        if found is None or not found.is_valid(now):
            return None
        used = update(enrolment_token).where(enrolment_token.c.id == found.id)
        self._connection.execute(used.values(used=found.used + 1))
        return found

    def revoke(self, token_id: str, now: datetime) -> EnrolmentToken:
        """See ports.EnrolmentStore."""
        wanted = select(enrolment_token).where(enrolment_token.c.id == token_id).with_for_update()
        found = _token(only_row(self._connection, wanted, "enrolment token", token_id))
        if found.revoked_at is None:
            revoked = update(enrolment_token).where(enrolment_token.c.id == found.id)
            self._connection.execute(revoked.values(revoked_at=now))
        return found

    def credential(self, name: str) -> str | None:
        """See ports.EnrolmentStore."""
        wanted = select(server.c.credential_hash).where(server.c.name == name)
        return self._connection.scalar(wanted.with_for_update())

    def is_known(self, name: str) -> bool:
        """See ports.EnrolmentStore."""
        return self._connection.scalar(select(server.c.id).where(server.c.name == name)) is not None

    def give(self, server_id: str, digest: str, tags: Sequence[str] | None = None) -> None:
        """See ports.EnrolmentStore."""
        granted = {} if tags is None else {"granted_tags": json_text(tuple(tags))}
        given = update(server).where(server.c.id == server_id)
        self._connection.execute(given.values(credential_hash=digest, **granted))


def _token(row: RowMapping) -> EnrolmentToken:
    return EnrolmentToken(
        id=row["id"],
        tags=tuple(from_json(row["tags"])),
        uses=row["uses"],
        used=row["used"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
