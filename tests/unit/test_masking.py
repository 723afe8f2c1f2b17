"""Inputs are shown without secrets."""

from __future__ import annotations

from orchestrion.model.activity_type import ActivityType, Field, FieldKind
from orchestrion.model.values import Json
from orchestrion.observability.redact import MASK
from orchestrion.security.vault import MasterKeyVault
from orchestrion.web.operations.masking import masked

SEALED = MasterKeyVault(b"k" * 32).seal("hunter2")
SECRET = Field("password", "Password", FieldKind.SECRET)
MAIL = ActivityType(
    "t.mail", "t", "Mail", "T", inputs=(SECRET, Field("rows", "Rows", FieldKind.TABLE, columns=(SECRET,)))
)


def test_secret_fields_are_masked_whatever_they_hold() -> None:
    """A published item may have brought something that was never sealed; in the rows of tables as well."""
    shown = masked({"password": "clear", "rows": [{"password": "clear", "other": "kept"}]}, MAIL)
    assert shown == {"password": MASK, "rows": [{"password": MASK, "other": "kept"}]}


def test_sealed_texts_are_masked_wherever_they_stand() -> None:
    """In the middle of a text, in lists and mappings, and where the type is not known."""
    shown = masked({"url": f"https://me:{SEALED}@host/", "list": [SEALED], "map": {"key": SEALED}}, None)
    assert shown == {"url": f"https://me:{MASK}@host/", "list": [MASK], "map": {"key": MASK}}


def test_what_is_no_secret_stays() -> None:
    """An empty secret shows that it is empty."""
    inputs: dict[str, Json] = {"password": "", "text": "orchestrion: runbook/1", "number": 1, "nothing": None}
    assert masked(inputs, MAIL) == inputs
