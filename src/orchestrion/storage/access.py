"""Users, sessions and API tokens (ports.AccessStore)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from orchestrion.model.access import Role
from orchestrion.model.errors import ConflictError, NotFoundError
from orchestrion.ports.access import SessionRecord, TokenRecord, UserRecord
from orchestrion.storage.dialect import upsert
from orchestrion.storage.lookup import is_id, only_row
from orchestrion.storage.tables import api_token
from orchestrion.storage.tables import session as session_table
from orchestrion.storage.tables import user as user_table


class SqlAccess:
    """See ports.AccessStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def users(self) -> list[UserRecord]:
        """See ports.AccessStore."""
        return [
            _user(row)
            for row in self._connection.execute(select(user_table).order_by(user_table.c.folded_name)).mappings()
        ]

    def user(self, user_id: str) -> UserRecord:
        """See ports.AccessStore."""
        return _user(only_row(self._connection, select(user_table).where(user_table.c.id == user_id), "user", user_id))

    def find_user(self, name: str) -> UserRecord | None:
        """See ports.AccessStore."""
        query = select(user_table).where(user_table.c.folded_name == name.casefold())
        row = self._connection.execute(query).mappings().one_or_none()
        return _user(row) if row else None

    def save_user(self, user: UserRecord) -> None:
        """See ports.AccessStore."""
        values = {**asdict(user), "folded_name": user.name.casefold(), "role": user.role.value}
        try:
            self._connection.execute(upsert(self._connection, user_table, "id", values))
        except IntegrityError as error:
            raise ConflictError(f"There is already a user '{user.name}'.") from error

    def add_session(self, session: SessionRecord) -> None:
        """See ports.AccessStore."""
        self._connection.execute(insert(session_table).values(asdict(session)))

    def session(self, session_id: str) -> SessionRecord | None:
        """See ports.AccessStore."""
        row = (
            self._connection.execute(select(session_table).where(session_table.c.id == session_id))
            .mappings()
            .one_or_none()
        )
        return SessionRecord(**row) if row else None

    def remove_session(self, session_id: str) -> None:
        """See ports.AccessStore."""
        self._connection.execute(delete(session_table).where(session_table.c.id == session_id))

    def remove_sessions_of(self, user_id: str, keep: str | None = None) -> None:
        """See ports.AccessStore."""
        mine = delete(session_table).where(session_table.c.user_id == user_id)
        self._connection.execute(mine if keep is None else mine.where(session_table.c.id != keep))

    def remove_expired_sessions(self, now: datetime) -> None:
        """See ports.AccessStore."""
        self._connection.execute(delete(session_table).where(session_table.c.expires_at <= now))

    def add_token(self, token: TokenRecord) -> None:
        """See ports.AccessStore."""
        self._connection.execute(insert(api_token).values(asdict(token)))

    def tokens_of(self, user_id: str) -> list[TokenRecord]:
        """See ports.AccessStore."""
        query = select(api_token).where(api_token.c.user_id == user_id).order_by(api_token.c.id.desc())
        return [TokenRecord(**row) for row in self._connection.execute(query).mappings()]

    def find_token(self, token_hash: str) -> TokenRecord | None:
        """See ports.AccessStore."""
        query = select(api_token).where(api_token.c.hash == token_hash)
        row = self._connection.execute(query).mappings().one_or_none()
        return TokenRecord(**row) if row else None

    def touch_token(self, token_id: str, now: datetime) -> None:
        """See ports.AccessStore."""
        self._connection.execute(update(api_token).where(api_token.c.id == token_id).values(last_used_at=now))

    def remove_token(self, user_id: str, token_id: str) -> None:
        """See ports.AccessStore."""
        mine = delete(api_token).where(api_token.c.user_id == user_id, api_token.c.id == token_id)
        if not is_id(token_id) or self._connection.execute(mine).rowcount == 0:
            raise NotFoundError("API token", token_id)


def _user(row: RowMapping) -> UserRecord:
    return UserRecord(
        id=row["id"],
        name=row["name"],
        display_name=row["display_name"],
        password_hash=row["password_hash"],
        role=Role(row["role"]),
        must_change_password=row["must_change_password"],
        created_at=row["created_at"],
        disabled=row["disabled"],
    )
