"""A mail server on loopback that keeps what it is sent."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.network import LOOPBACK, find_free_port


@dataclass(frozen=True)
class CaughtMail:
    """One message as it came in: the envelope's addresses, and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """The plain text body."""
        body = self.message.get_body(("plain",))
        return "" if body is None else str(body.get_content())


class SmtpCatcher:
    """A real SMTP server; `mails` holds what it accepted, oldest first."""

    def __init__(self) -> None:
        """Chooses a port; nothing listens before `start`."""
        self.mails: list[CaughtMail] = []
        self.refusal: str | None = None
        self.host = LOOPBACK
        self.port = find_free_port()
        self._arrived = threading.Condition()
        self._controller = Controller(self, hostname=self.host, port=self.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message, or answer with `refusal` where a test has set one (such as `451 Try later`)."""
        if self.refusal is not None:
            return self.refusal
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        caught = CaughtMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), message)
        with self._arrived:
            self.mails.append(caught)
            self._arrived.notify_all()
        return "250 Message accepted"

    def wait_for(self, number: int = 1, seconds: float = 30) -> list[CaughtMail]:
        """The mails, as soon as there are `number` of them."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.mails) >= number, seconds):
                raise TimeoutError(f"{len(self.mails)} of {number} mails came within {seconds} s")
            return list(self.mails)

    def start(self) -> None:
        """Listen; returns when the server answers."""
        self._controller.start()

    def stop(self) -> None:
        """Close the server."""
        self._controller.stop()


@pytest.fixture
def smtp_catcher() -> Iterator[SmtpCatcher]:
    """A running mail server that keeps every message."""
    catcher = SmtpCatcher()
    catcher.start()
    try:
        yield catcher
    finally:
        catcher.stop()
