"""Bodies of the session and token routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from orchestrion.model.access import Role
from orchestrion.web.schemas import Answer, Name, Order

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SignIn(Order):
    """Who wants to sign in."""

    user_name: Name
    password: Password


class SessionUser(Answer):
    """The user who is signed in."""

    id: str
    name: str
    display_name: str
    role: Role
    must_change_password: bool
    """Until it is changed, only the password can be changed."""


class Session(Answer):
    """A signed-in session."""

    user: SessionUser
    csrf_token: str
    """To be sent as the header `X-CSRF-Token` with every write. Empty for API tokens, which need none."""


class PasswordChange(Order):
    """A change of one's own password. All other sessions of the user end."""

    current: Password
    new: Password


class TokenOrder(Order):
    """A new API token."""

    name: Name
    """What the token is for."""


class Token(Answer):
    """An API token; its secret is shown only when it is made."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


class NewToken(Token):
    """A token just made."""

    token: str
    """The secret: it is not stored and never shown again."""
