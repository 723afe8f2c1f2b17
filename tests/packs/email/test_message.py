"""Composing mails."""

from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.email.message import Attachment, Letter, addresses_in, composed
from orchestrion.sdk import ActivityFailed

ME = Address("", "me", "example.com")
HEADERS = {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
HEADERS |= {"Content-Type", "Content-Transfer-Encoding"}


def message(**changes: object) -> EmailMessage:
    letter = {"subject": "s", "sender": ME, "to": [ME], "cc": [], "body": "text", "format": "ASCII"}
    rest = {"priority": "Normal", "attachments": [], "message_id": "id"}
    return composed(Letter(**{**letter, **rest, **changes}), "Sun, 22 Nov 2026 10:00:00 +0000")  # type: ignore[arg-type]  # as a test names them


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a@example.com", ["a@example.com"]),
        ("a@example.com; B C <b@example.com>,c@example.com;", ["a@example.com", "b@example.com", "c@example.com"]),
        ("<a@example.com>", ["a@example.com"]),
        ("", []),
    ],
)
def test_addresses(text: str, addresses: list[str]) -> None:
    """One or several, with or without a name."""
    assert [each.addr_spec for each in addresses_in(text)] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "a@b@c",
        "a b@example.com",
        "<a@example.com",
        "a@example.com>",
        "a@example.com\nBcc: x@y.z",
        "@",
        "x <>",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """What is no address is named."""
    with pytest.raises(ActivityFailed, match="is no e-mail address"):
        addresses_in(text)


@given(st.text())
def test_no_subject_makes_a_header(subject: str) -> None:
    """Whatever a subject holds, the message has the headers it should have and no other."""
    try:
        found = message(subject=subject)
        sent = found.as_bytes()
    except UnicodeEncodeError:
        return  # half a character is refused
    assert set(found.keys()) == HEADERS
    assert b"\nBcc:" not in sent.split(b"\n\n")[0]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_file_name_makes_a_header(name: str) -> None:
    """Whatever an attachment is called, it stays one attachment."""
    found = message(attachments=[Attachment(f"/tmp/{name}", b"data")])
    assert [part.get_content() for part in found.iter_attachments()] in ([b"data"], ["data"])
    assert b"\nBcc:" not in found.as_bytes()


def test_html_and_rich_text() -> None:
    """HTML is sent as it is; rich text is the text, and the same as HTML with its characters kept."""
    assert message(format="HTML", body="<b>x</b>").get_content_type() == "text/html"
    rich = message(format="Rich Text", body="a < b\nc")
    html = rich.get_body(("html",))
    assert html is not None
    assert "a &lt; b<br>\nc" in html.get_content()


@pytest.mark.parametrize(("priority", "number"), [("High", "1"), ("Low", "5"), ("Normal", None)])
def test_priority(priority: str, number: str | None) -> None:
    """Only what differs from normal is said."""
    assert message(priority=priority)["X-Priority"] == number
