"""Send Email: a mail through an SMTP server."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from itertools import zip_longest
from typing import Literal

import aiosmtplib
import anyio
import anyio.lowlevel

from orchestrion.packs.email.message import Attachment, Letter, addresses_in, composed
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    ActivityWarning,
    PublishedModel,
    RunContext,
    Secret,
    activity,
    field,
    item,
)

STARTTLS, IMPLICIT = "STARTTLS", "Implicit TLS"
_TIMEOUT_SECONDS = 60.0  # for each answer of the server; greylisting servers take their time


class Recipient(ActivityInputs):
    """Who gets the mail."""

    email_address: str = field("Email address", help="One, or several separated by semicolons.")
    recipient_type: Literal["To", "Cc", "Bcc"] = field("Recipient type", default="To")


class SendEmailInputs(ActivityInputs):
    """The mail, and the server it goes through."""

    subject: str = field("Subject", default="")
    recipients: list[Recipient] = field("Recipients")
    message_source: Literal["Text", "File"] = field("Message source", default="Text")
    message: str = field("Message", default="", kind="multiline", help="The text, or the full path of its file.")
    attachments: list[str] = field("Attachments", default=[], help="Full paths.")
    task_fails_if_an_attachment_is_missing: bool = field("Task fails if an attachment is missing", default=True)
    priority: Literal["Normal", "Low", "High"] = field("Priority", default="Normal", tab="Advanced")
    format: Literal["Rich Text", "ASCII", "HTML"] = field(
        "Format", default="ASCII", tab="Advanced", help="Rich Text: the text, and the same as HTML."
    )
    user_id: str = field("User Id", default="", tab="Advanced")
    password: Secret = field("Password", default=Secret(""), tab="Advanced")
    domain: str = field("Domain", default="", tab="Advanced")
    email_address: str = field("Email address", tab="Connect", help="The sender.")
    computer: str = field("Computer", kind="computer", tab="Connect", help="The SMTP server.")
    port: int = field("Port", default=25, tab="Connect", help="Usually 25, 587 with STARTTLS, 465 with implicit TLS.")
    enable_ssl: bool = field("Enable SSL", default=False, tab="Connect")
    encryption: Literal["STARTTLS", "Implicit TLS"] = field(
        "Encryption", default=STARTTLS, tab="Connect", shown_when=("enable_ssl", ["True", "true"])
    )


class SendEmailPublished(PublishedModel):
    """The mail as sent; one record for each recipient, beside it the attached files."""

    subject: str | None = item("Subject of the email")
    recipient: str | None = item("The email message Recipient", many=True)
    body: str | None = item("Body of the email message")
    attachment: str | None = item("Name and path of the attached file", many=True)
    account: str | None = item("Email account")
    server: str | None = item("Outgoing mail server (SMTP)")
    port: int | None = item("Outgoing mail server port number")
    ssl_enabled: bool | None = item("Outgoing mail server SSL enabled")


@dataclass(frozen=True, slots=True)
class _Mail:
    """A composed message with its envelope."""

    message: EmailMessage
    body: str
    sender: str
    recipients: Sequence[str]
    attached: Sequence[str]


@activity("Send Email", category="Email", effect="once")
async def send_email(inputs: SendEmailInputs, ctx: RunContext) -> list[SendEmailPublished]:
    """Send an e-mail with optional attachments through an SMTP server.

    Effect class `once`: nobody can ask a mail server whether it took a message, so after a crash a person decides. The
    Message-ID comes from the execution, so that a mail sent again can be recognised. Enable SSL means STARTTLS unless
    implicit TLS is chosen (the documentation tells them not apart); the server's certificate is always checked, and
    without encryption offered nothing is sent. Some recipients refused is a warning, all refused a failure.
    """
    mail = await _mail(inputs, ctx)
    records = _records(inputs, mail)
    refused = await _send(inputs, mail)
    if refused:
        raise ActivityWarning(f"The mail server refused some recipients: {'; '.join(refused)}.", records)
    return records


@send_email.simulate
async def what_would_be_sent(inputs: SendEmailInputs, ctx: RunContext) -> SendEmailPublished:
    """The mail as it would go to its first recipient, with the first attachment; a simulation publishes one record.

    Raises ActivityFailed for wrong addresses and unreadable files. The mail server is not asked: whether it is there,
    takes the account and accepts the recipients stays open.
    """
    mail = await _mail(inputs, ctx)
    ctx.log(f"Would send to {', '.join(mail.recipients)}.")
    return _records(inputs, mail)[0]


async def _mail(inputs: SendEmailInputs, ctx: RunContext) -> _Mail:
    sender = _only_one(inputs.email_address)
    groups = {kind: _addresses(inputs, kind) for kind in ("To", "Cc", "Bcc")}
    recipients = [address.addr_spec for group in groups.values() for address in group]
    if not recipients:
        raise ActivityFailed("Recipients: name at least one.")
    body = await _body(inputs)
    attachments = await _attachments(inputs, ctx)
    letter = Letter(
        subject=inputs.subject,
        sender=sender,
        to=groups["To"],
        cc=groups["Cc"],
        body=body,
        format=inputs.format,
        priority=inputs.priority,
        attachments=attachments,
        message_id=ctx.execution_id,
    )
    message = composed(letter, formatdate(localtime=True))
    return _Mail(message, body, sender.addr_spec, recipients, [each.path for each in attachments])


def _only_one(text: str) -> Address:
    addresses = addresses_in(text)
    if len(addresses) != 1:
        raise ActivityFailed("Email address: name exactly one sender.")
    return addresses[0]


def _addresses(inputs: SendEmailInputs, kind: str) -> list[Address]:
    rows = (row for row in inputs.recipients if row.recipient_type == kind)
    return [address for row in rows for address in addresses_in(row.email_address)]


async def _body(inputs: SendEmailInputs) -> str:
    if inputs.message_source == "Text":
        return inputs.message
    try:
        return await anyio.Path(inputs.message).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ActivityFailed(f"The message file '{inputs.message}' cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ActivityFailed(f"The message file '{inputs.message}' is not encoded as UTF-8.") from None


async def _attachments(inputs: SendEmailInputs, ctx: RunContext) -> list[Attachment]:
    found: list[Attachment] = []
    for path in inputs.attachments:
        try:
            found.append(Attachment(path, await anyio.Path(path).read_bytes()))
        except OSError as error:
            problem = f"The attachment '{path}' cannot be read: {error.strerror}."
            if inputs.task_fails_if_an_attachment_is_missing:
                raise ActivityFailed(problem) from None
            ctx.log(f"{problem} The mail goes without it.")
    return found


async def _send(inputs: SendEmailInputs, mail: _Mail) -> list[str]:
    """Sends the mail; gives what was wrong with those recipients that the server refused while it took others."""
    user = f"{inputs.domain}\\{inputs.user_id}" if inputs.domain and inputs.user_id else inputs.user_id
    try:
        refused, _ = await aiosmtplib.send(
            mail.message,
            sender=mail.sender,
            recipients=mail.recipients,
            hostname=inputs.computer,
            port=inputs.port,
            username=user or None,
            password=inputs.password.get_secret_value() if user else None,
            use_tls=inputs.enable_ssl and inputs.encryption == IMPLICIT,
            start_tls=inputs.enable_ssl and inputs.encryption == STARTTLS,
            timeout=_TIMEOUT_SECONDS,
        )
    except (aiosmtplib.SMTPException, OSError) as error:
        await anyio.lowlevel.checkpoint()  # a broken connection is closed by the loop's next turn
        raise ActivityFailed(f"{inputs.computer}:{inputs.port} did not take the mail: {_reason(error)}") from None
    return [f"{recipient} ({answer.code} {answer.message})" for recipient, answer in refused.items()]


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _records(inputs: SendEmailInputs, mail: _Mail) -> list[SendEmailPublished]:
    return [
        SendEmailPublished(
            subject=inputs.subject,
            recipient=recipient,
            body=mail.body,
            attachment=attachment,
            account=mail.sender,
            server=inputs.computer,
            port=inputs.port,
            ssl_enabled=inputs.enable_ssl,
        )
        for recipient, attachment in zip_longest(mail.recipients, mail.attached)
    ]
