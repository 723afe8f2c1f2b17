"""Users, sessions, API tokens, audit entries and events: records and stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrion.model.access import Role
from orchestrion.model.resources import EventType
from orchestrion.model.values import Json


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A person who can sign in; `password_hash` is argon2's text."""

    id: str
    name: str
    display_name: str
    password_hash: str
    role: Role
    must_change_password: bool
    created_at: datetime
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A signed-in browser; `id` is the hash of the cookie's secret."""

    id: str
    user_id: str
    csrf_token: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """An API token; `hash` is what is stored of its secret."""

    id: str
    user_id: str
    name: str
    hash: str
    created_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what to what, when; never changed or deleted (spec 5.11)."""

    id: str
    at: datetime
    user_id: str
    user_name: str
    action: str
    object_type: str
    object_id: str
    object_name: str
    details: Mapping[str, Json] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """A platform event (spec 5.12)."""

    id: str
    at: datetime
    type: EventType
    summary: str
    details: str
    source: str
    job_id: str | None = None
    instance_id: str | None = None
    runbook_name: str | None = None


class AccessStore(Protocol):
    """Users, their sessions and tokens. Names are compared without case."""

    def users(self) -> list[UserRecord]:
        """Every user by name."""

    def user(self, user_id: str) -> UserRecord:
        """One user; raises NotFoundError."""

    def find_user(self, name: str) -> UserRecord | None:
        """The user with this name, or None."""

    def save_user(self, user: UserRecord) -> None:
        """Adds or replaces by id; raises ConflictError when another has the name."""

    def add_session(self, session: SessionRecord) -> None:
        """Stores a session."""

    def session(self, session_id: str) -> SessionRecord | None:
        """The session, or None; expired ones are the caller's to refuse."""

    def remove_session(self, session_id: str) -> None:
        """Forgets a session; nothing happens when there is none."""

    def remove_sessions_of(self, user_id: str, keep: str | None = None) -> None:
        """Forgets all sessions of a user but `keep`."""

    def remove_expired_sessions(self, now: datetime) -> None:
        """Forgets the sessions that ended before `now`."""

    def add_token(self, token: TokenRecord) -> None:
        """Stores a token."""

    def tokens_of(self, user_id: str) -> list[TokenRecord]:
        """The user's tokens, newest first."""

    def find_token(self, token_hash: str) -> TokenRecord | None:
        """The token with this hash, or None."""

    def touch_token(self, token_id: str, now: datetime) -> None:
        """Records that the token was used."""

    def remove_token(self, user_id: str, token_id: str) -> None:
        """Forgets a token of this user; raises NotFoundError."""


class AuditStore(Protocol):
    """The audit: append and read."""

    def add(self, entry: AuditRecord) -> None:
        """Appends an entry."""

    def recent(self, before: str | None, limit: int) -> list[AuditRecord]:
        """Entries, newest first, older than the id `before`."""

    def since(self, moment: datetime | None, after: str | None, limit: int) -> list[AuditRecord]:
        """Entries from a moment on, oldest first, newer than the id `after`."""


class EventStore(Protocol):
    """Platform events: append and read."""

    def add(self, event: EventRecord) -> None:
        """Appends an event; one with the same id is not stored twice."""

    def recent(self, before: str | None, limit: int, kind: EventType | None = None) -> list[EventRecord]:
        """Events, newest first, older than the id `before`."""
