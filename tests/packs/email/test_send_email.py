"""Send Email, against a real SMTP server."""

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from orchestrion.packs.email.send_email import SendEmailInputs, send_email, what_would_be_sent
from orchestrion.sdk import ActivityFailed, Json, Record
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run
from tests.packs.email.certificate import make_certificate, server_context
from tests.services.network import LOOPBACK, find_free_port
from tests.services.smtp import SmtpCatcher

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning"),  # a server does not see that its socket is TLS
]


def recipients(**kinds: str) -> list[dict[str, Json]]:
    return [{"email_address": address, "recipient_type": kind} for kind, address in kinds.items()]


def mail_for(server: SmtpCatcher) -> dict[str, Json]:
    return {
        "subject": "State changed", "message": "old 1, new 2", "recipients": recipients(To="to@example.com"),
        "email_address": "from@example.com", "computer": server.host, "port": server.port,
    }  # fmt: skip


async def send(server: SmtpCatcher, ctx: RehearsalContext | None = None, /, **inputs: Json) -> Ended:
    return await run(send_email, ctx or RehearsalContext(), **{**mail_for(server), **inputs})


async def test_a_mail_is_sent(smtp_catcher: SmtpCatcher) -> None:
    """Subject, text and addresses arrive, and the documented items are published."""
    ended = await send(smtp_catcher)
    [mail] = smtp_catcher.wait_for(1)
    assert (mail.sender, mail.recipients, mail.text.strip()) == (
        "from@example.com", ("to@example.com",), "old 1, new 2"
    )  # fmt: skip
    assert mail.message["Subject"] == "State changed"
    assert dict(ended.records[0]) == {
        "Subject of the email": "State changed", "The email message Recipient": "to@example.com",
        "Body of the email message": "old 1, new 2", "Name and path of the attached file": None,
        "Email account": "from@example.com", "Outgoing mail server (SMTP)": smtp_catcher.host,
        "Outgoing mail server port number": smtp_catcher.port, "Outgoing mail server SSL enabled": False,
    }  # fmt: skip


async def test_bcc_is_only_on_the_envelope(smtp_catcher: SmtpCatcher) -> None:
    """Everybody gets the mail, and nobody reads who got a blind copy."""
    await send(
        smtp_catcher, recipients=recipients(To="a@example.com; b@example.com", Cc="c@example.com", Bcc="d@example.com")
    )
    [mail] = smtp_catcher.wait_for(1)
    assert mail.recipients == ("a@example.com", "b@example.com", "c@example.com", "d@example.com")
    assert (mail.message["To"], mail.message["Cc"]) == ("a@example.com, b@example.com", "c@example.com")
    assert "d@example.com" not in mail.message.as_string()


async def test_the_message_id_tells_the_execution(smtp_catcher: SmtpCatcher) -> None:
    """The same execution sent again has the same Message-ID."""
    await send(smtp_catcher, RehearsalContext(execution_id="0-1-2"))
    assert smtp_catcher.wait_for(1)[0].message["Message-ID"] == "<0-1-2@example.com>"


async def test_a_line_break_in_the_subject_is_no_header(smtp_catcher: SmtpCatcher) -> None:
    """Published data cannot add recipients."""
    await send(smtp_catcher, subject="x\r\nBcc: evil@example.com")
    [mail] = smtp_catcher.wait_for(1)
    assert (mail.message["Subject"], mail.message["Bcc"]) == ("x Bcc: evil@example.com", None)


async def test_letters_of_all_scripts_arrive(smtp_catcher: SmtpCatcher) -> None:
    """Subject and text are Unicode."""
    await send(smtp_catcher, subject="Größe: 3 µm", message="Привет, 世界")
    [mail] = smtp_catcher.wait_for(1)
    assert (mail.message["Subject"], mail.text.strip()) == ("Größe: 3 µm", "Привет, 世界")


async def test_attachments_are_sent(smtp_catcher: SmtpCatcher, tmp_path: Path) -> None:
    """Each file goes along under its name, and stands beside a recipient."""
    files = [tmp_path / "a.txt", tmp_path / "b.bin"]
    for number, file in enumerate(files):
        file.write_bytes(bytes([65 + number]))
    ended = await send(smtp_catcher, attachments=[str(file) for file in files])
    [mail] = smtp_catcher.wait_for(1)
    assert [part.get_filename() for part in mail.message.iter_attachments()] == ["a.txt", "b.bin"]
    found = [
        (each["The email message Recipient"], each["Name and path of the attached file"]) for each in ended.records
    ]
    assert found == [("to@example.com", str(files[0])), (None, str(files[1]))]


async def test_a_missing_attachment(smtp_catcher: SmtpCatcher) -> None:
    """It fails the activity before anything is sent, or is left out and logged."""
    ended = await send(smtp_catcher, attachments=["/nowhere/a.txt"])
    assert "attachment '/nowhere/a.txt' cannot be read" in ended.error
    assert smtp_catcher.mails == []
    ctx = RehearsalContext()
    await send(smtp_catcher, ctx, attachments=["/nowhere/a.txt"], task_fails_if_an_attachment_is_missing=False)
    assert "goes without it" in ctx.logged[0]
    assert list(smtp_catcher.wait_for(1)[0].message.iter_attachments()) == []


async def test_the_text_may_come_from_a_file(smtp_catcher: SmtpCatcher, tmp_path: Path) -> None:
    """The file is read as UTF-8; one that cannot be read fails."""
    file = tmp_path / "body"
    file.write_text("Grüße")
    ended = await send(smtp_catcher, message_source="File", message=str(file))
    assert ended.records[0]["Body of the email message"] == "Grüße"
    file.write_bytes(b"\xff")
    for path in (file, tmp_path / "none"):
        assert (await send(smtp_catcher, message_source="File", message=str(path))).status == "failed"


async def test_a_refusal_fails_with_the_servers_words(smtp_catcher: SmtpCatcher) -> None:
    """The operator reads what the server said."""
    smtp_catcher.refusal = "552 Too large"
    ended = await send(smtp_catcher)
    assert ended.status == "failed"
    assert "Too large" in ended.error


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"recipients": []}, "Recipients: name at least one"),
        ({"recipients": recipients(To="nobody")}, "'nobody' is no e-mail address"),
        ({"email_address": "a@example.com;b@example.com"}, "exactly one sender"),
    ],
)
async def test_addresses_are_checked(smtp_catcher: SmtpCatcher, inputs: dict[str, Json], message: str) -> None:
    """Nothing is sent with an address that is none."""
    assert message in (await send(smtp_catcher, **inputs)).error
    assert smtp_catcher.mails == []


async def test_no_server_fails(smtp_catcher: SmtpCatcher) -> None:
    """The failure names the place nobody answered at."""
    port = find_free_port()
    assert f"{LOOPBACK}:{port} did not take the mail" in (await send(smtp_catcher, port=port)).error


async def test_encryption_is_not_given_up(smtp_catcher: SmtpCatcher) -> None:
    """A server that offers none gets no mail."""
    ended = await send(smtp_catcher, enable_ssl=True)
    assert ended.status == "failed"
    assert smtp_catcher.mails == []


class StrictServer(SmtpCatcher):
    """Wants encryption and a password, and does not know everybody."""

    def __init__(self, certificate: Path, *, implicit: bool) -> None:
        super().__init__()
        self.users: list[tuple[bytes, bytes]] = []
        self._controller.loop.close()
        tls = server_context(certificate)
        self._controller = Controller(
            self,
            hostname=self.host,
            port=self.port,
            authenticator=self.authenticate,
            auth_required=True,
            auth_require_tls=not implicit,
            require_starttls=not implicit,
            tls_context=None if implicit else tls,
            ssl_context=tls if implicit else None,
        )

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> AuthResult:
        """Takes one password."""
        self.users.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuses whoever is unknown."""
        if address.startswith("unknown"):
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(params=[False, True], ids=["STARTTLS", "implicit"])
def strict(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StrictServer]:
    """A running strict server that this computer trusts."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = StrictServer(certificate, implicit=request.param)
    server.start()
    yield server
    server.stop()
    gc.collect()  # what the server leaves of a broken handshake is found here, not in somebody else's test


@pytest.fixture
def secure(request: pytest.FixtureRequest, strict: StrictServer) -> dict[str, Json]:
    """The inputs that the strict server wants."""
    kind = "Implicit TLS" if request.node.callspec.params["strict"] else "STARTTLS"
    return {"enable_ssl": True, "encryption": kind, "user_id": "me", "password": "right"}


async def test_encrypted_and_signed_in(strict: StrictServer, secure: dict[str, Json]) -> None:
    """Both kinds of encryption work, with a user and a domain."""
    ended = await send(strict, **secure, domain="CORP")
    assert (ended.status, ended.error) == ("success", "")
    assert strict.users == [(b"CORP\\me", b"right")]
    assert ended.records[0]["Outgoing mail server SSL enabled"] is True


async def test_a_wrong_password_fails(strict: StrictServer, secure: dict[str, Json]) -> None:
    """The failure does not repeat the password."""
    ended = await send(strict, **{**secure, "password": "wrong-one"})
    assert ended.status == "failed"
    assert "wrong-one" not in ended.error


async def test_a_certificate_that_nobody_knows_fails(
    strict: StrictServer, secure: dict[str, Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sits in between gets neither mail nor password."""
    monkeypatch.delenv("SSL_CERT_FILE")
    assert (await send(strict, **secure)).status == "failed"
    assert (strict.mails, strict.users) == ([], [])


async def test_some_refused_recipients_are_a_warning(strict: StrictServer, secure: dict[str, Json]) -> None:
    """The others have the mail; when all are refused, nobody has it."""
    mixed = recipients(To="to@example.com", Cc="unknown@example.com")
    ended = await send(strict, **secure, recipients=mixed)
    assert ended.status == "warning"
    assert "unknown@example.com (550 No such user)" in ended.error
    ended = await send(strict, **secure, recipients=recipients(To="unknown@example.com"))
    assert ended.status == "failed"


async def simulate(server: SmtpCatcher, **inputs: Json) -> Record:
    given = SendEmailInputs.model_validate({**mail_for(server), **inputs})
    return (await what_would_be_sent(given, RehearsalContext())).record()


async def test_a_simulation_sends_nothing(smtp_catcher: SmtpCatcher, tmp_path: Path) -> None:
    """It publishes what the real run then publishes, and only that one's mail arrives."""
    (file := tmp_path / "a.txt").touch()
    simulated = await simulate(smtp_catcher, attachments=[str(file)])
    assert smtp_catcher.mails == []
    ended = await send(smtp_catcher, attachments=[str(file)])
    assert [simulated] == [dict(record) for record in ended.records]
    assert len(smtp_catcher.wait_for(1)) == 1


async def test_a_simulation_asks_no_server(smtp_catcher: SmtpCatcher) -> None:
    """It succeeds where nobody listens."""
    silent = find_free_port()
    assert (await simulate(smtp_catcher, port=silent))["Outgoing mail server port number"] == silent


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"recipients": recipients(To="nobody")}, "'nobody' is no e-mail address"),
        ({"recipients": []}, "name at least one"),
        ({"attachments": ["/nowhere/a.txt"]}, "attachment '/nowhere/a.txt' cannot be read"),
        ({"message_source": "File", "message": "/nowhere/text"}, "message file '/nowhere/text' cannot be read"),
    ],
)
async def test_a_simulation_foresees_failures(smtp_catcher: SmtpCatcher, inputs: dict[str, Json], message: str) -> None:
    """Addresses and files are checked before any mail."""
    with pytest.raises(ActivityFailed, match=message):
        await simulate(smtp_catcher, **inputs)
