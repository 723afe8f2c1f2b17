"""Secrets typed into runbooks are sealed before they are stored."""

from __future__ import annotations

import pytest

from orchestrion.model.activity_type import ActivityType, Field, FieldKind
from orchestrion.model.errors import InvalidError
from orchestrion.model.runbook import Activity, Runbook
from orchestrion.model.values import Json
from orchestrion.security.vault import MasterKeyVault
from orchestrion.services.secret_inputs import refuse_secrets, sealed

VAULT = MasterKeyVault(b"k" * 32)
SECRET = Field("password", "Password", FieldKind.SECRET)
TYPES = {
    "t.mail": ActivityType(
        "t.mail",
        "t",
        "Mail",
        "T",
        inputs=(SECRET, Field("rows", "Rows", FieldKind.TABLE, columns=(SECRET,)), Field("text", "Text")),
    )
}


def runbook(**inputs: Json) -> Runbook:
    """A runbook with one activity."""
    return Runbook("R", activities={"a": Activity("a", "t.mail", "A", inputs=inputs)})


def password(of: Runbook) -> str:
    """What stands in the secret input."""
    return str(of.activities["a"].inputs["password"])


def test_a_secret_is_sealed_and_opens_again() -> None:
    """Nothing of the clear text is left, in tables neither; other inputs stay."""
    kept = sealed(runbook(password="hunter2", rows=[{"password": "hunter3"}], text="hunter2"), TYPES, VAULT, None)
    inputs = kept.activities["a"].inputs
    assert VAULT.open(password(kept)) == "hunter2"
    assert "hunter3" not in str(inputs["rows"])
    assert inputs["text"] == "hunter2"


def test_templates_and_sealed_texts_stay_as_they_are() -> None:
    """A subscription to a variable is no secret itself, and sealing twice would hide it for good."""
    for text in ('{{ var["Mail/Password"] }}', VAULT.seal("x"), ""):
        assert password(sealed(runbook(password=text), TYPES, VAULT, None)) == text


def test_saving_the_same_secret_again_changes_nothing() -> None:
    """The sealed text of before is kept when it opens to the same secret, and replaced when it does not."""
    before = sealed(runbook(password="hunter2"), TYPES, VAULT, None)
    assert sealed(runbook(password="hunter2"), TYPES, VAULT, before) == before
    assert password(sealed(runbook(password="other"), TYPES, VAULT, before)) != password(before)


@pytest.mark.parametrize("given", [{"password": "x"}, {"rows": [{}, {"password": "x"}]}])
def test_a_secret_given_to_a_run_is_refused_by_its_name(given: Json) -> None:
    """It would be stored with the run as it is; the message does not repeat it."""
    with pytest.raises(InvalidError, match=r"password' of 'a' is a secret") as caught:
        refuse_secrets(runbook(), TYPES, {"a": given})
    assert len(caught.value.problems) == 1


def test_other_inputs_are_given_freely() -> None:
    """So are empty secrets, and what belongs to no activity."""
    refuse_secrets(runbook(), TYPES, {"a": {"text": "x", "password": "", "rows": []}, "z": {"password": "x"}})
