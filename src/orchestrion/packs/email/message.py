"""Composing a mail: pure, and safe against text that would become a header of its own."""

import html
import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path

from orchestrion.sdk import ActivityFailed

_ADDRESS = re.compile(r"(?:(?P<name>[^<>\x00-\x1f]*)<)?(?P<address>[^\s<>@,;\"\x00-\x1f]+@[^\s<>@,;\"\x00-\x1f]+)>?")
_SEPARATORS = re.compile(r"[;,]")
_PRIORITIES = {"High": ("1", "high"), "Low": ("5", "low")}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send along: its path as the author gave it, and what it holds."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything a mail is made of; the addresses are checked, and `bcc` stays out of it."""

    subject: str
    sender: Address
    to: Sequence[Address]
    cc: Sequence[Address]
    body: str
    format: str
    priority: str
    attachments: Sequence[Attachment]
    message_id: str


def addresses_in(text: str) -> list[Address]:
    """The addresses in a text such as `a@example.com; Name <b@example.com>`. Raises ActivityFailed for what is none."""
    return [_address(part.strip()) for part in _SEPARATORS.split(text) if part.strip()]


def _address(text: str) -> Address:
    match = _ADDRESS.fullmatch(text)
    if match is None or ("<" in text) != text.endswith(">"):
        raise ActivityFailed(f"'{text}' is no e-mail address.")
    user, _, domain = match["address"].rpartition("@")
    return Address((match["name"] or "").strip().strip('"'), username=user, domain=domain)


def composed(letter: Letter, date: str) -> EmailMessage:
    """The message. `date` is as RFC 5322 writes it."""
    message = EmailMessage()
    message["Subject"] = " ".join(letter.subject.split())  # a line break would begin another header
    message["From"] = letter.sender
    _add_addresses(message, "To", letter.to)
    _add_addresses(message, "Cc", letter.cc)
    message["Date"] = date
    message["Message-ID"] = f"<{letter.message_id}@{letter.sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # keeps out-of-office answers away
    _add_priority(message, letter.priority)
    _add_body(message, letter)
    for attachment in letter.attachments:
        _attach(message, attachment)
    return message


def _add_addresses(message: EmailMessage, header: str, addresses: Iterable[Address]) -> None:
    if found := tuple(addresses):
        message[header] = found


def _add_priority(message: EmailMessage, priority: str) -> None:
    if priority in _PRIORITIES:
        number, importance = _PRIORITIES[priority]
        message["X-Priority"] = number
        message["Importance"] = importance


def _add_body(message: EmailMessage, letter: Letter) -> None:
    match letter.format:
        case "HTML":
            message.set_content(letter.body, subtype="html")
        case "Rich Text":
            message.set_content(letter.body)
            message.add_alternative(_as_html(letter.body), subtype="html")
        case _:
            message.set_content(letter.body)


def _as_html(text: str) -> str:
    lines = "<br>\n".join(html.escape(text).splitlines())
    return f"<!DOCTYPE html>\n<html><body>{lines}</body></html>\n"


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, encoding = mimetypes.guess_type(attachment.path)
    main, _, sub = (kind if kind and not encoding else "application/octet-stream").partition("/")
    name = "".join(letter if letter.isprintable() else " " for letter in Path(attachment.path).name)
    message.add_attachment(attachment.data, maintype=main, subtype=sub, filename=name)
