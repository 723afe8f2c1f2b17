"""Who may become a runbook server: enrolment tokens, the credentials of servers, and releases that fit (spec 8.1).

Nobody takes over the name of another server, by accident or on purpose: whoever registers under a name that is known
must have its credential, and whoever brings a new one must be let in with a token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from uuid_utils import uuid7

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.assignment import is_tag
from orchestrion.model.errors import InvalidError, RefusedError
from orchestrion.model.releases import are_neighbours
from orchestrion.model.resources import RunbookServer, ServerStatus
from orchestrion.ports.clock import Clock
from orchestrion.ports.security import SecretSource
from orchestrion.ports.server_admin import EnrolmentToken
from orchestrion.ports.servers import Papers, Registration
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry

_LONGEST_HOURS, _MOST_USES = 24 * 365, 1000
_ANEW = ""  # in place of a credential's digest: the server must be enrolled anew


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A new token; `secret` is shown only now."""

    token: EnrolmentToken
    secret: str


class Enrolment:
    """Tokens and credentials. All methods raise RefusedError when the actor lacks the right."""

    def __init__(self, database: Database, clock: Clock, secrets: SecretSource) -> None:
        self._database = database
        self._clock = clock
        self._secrets = secrets

    async def create(self, actor: Actor, uses: int = 1, hours: float = 24, tags: Sequence[str] = ()) -> MadeToken:
        """A token that lets so many servers in, for so many hours, and gives them tags. Raises InvalidError."""
        demand(actor, Right.MANAGE_SERVERS)
        if not 1 <= uses <= _MOST_USES or not 0 < hours <= _LONGEST_HOURS:
            raise InvalidError(f"A token has 1 to {_MOST_USES} uses, and holds for at most {_LONGEST_HOURS} hours.")
        check_tags(tags)
        now, secret = self._clock.now(), self._secrets.token()
        until = now + timedelta(hours=hours)
        token = EnrolmentToken(str(uuid7()), tuple(tags), uses, 0, actor.name, now, until)

        def add(tx: Transaction) -> None:
            tx.enrolment.add(token, self._secrets.digest(secret))
            tx.audit.add(audit_entry(actor, now, "created", _subject(token), {"uses": uses, "tags": list(tags)}))

        await self._database.write(add)
        return MadeToken(token, secret)

    async def tokens(self, actor: Actor) -> list[EnrolmentToken]:
        """Every token, newest first."""
        demand(actor, Right.MANAGE_SERVERS)
        return await self._database.read(lambda tx: tx.enrolment.all())

    async def revoke(self, actor: Actor, token_id: str) -> None:
        """Lets nobody in with a token any longer; servers that came in with it stay. Raises NotFoundError."""
        demand(actor, Right.MANAGE_SERVERS)

        def revoke(tx: Transaction) -> None:
            token = tx.enrolment.revoke(token_id, self._clock.now())
            tx.audit.add(audit_entry(actor, self._clock.now(), "revoked", _subject(token)))

        await self._database.write(revoke)

    async def reset(self, actor: Actor, server_id: str) -> None:
        """Takes a server's credential away: the next one of that name must be let in by a token.

        One that runs goes on until it has to register anew. Raises NotFoundError.
        """
        demand(actor, Right.MANAGE_SERVERS)

        def reset(tx: Transaction) -> None:
            server = tx.server_admin.lock(server_id)
            tx.enrolment.give(server_id, _ANEW)
            subject = Subject("server", server.id, server.name)
            tx.audit.add(audit_entry(actor, self._clock.now(), "reset the credential of", subject))

        await self._database.write(reset)


def check_tags(tags: Sequence[str]) -> None:
    """Raises InvalidError for what is no tag."""
    problems = [f"'{each}' is no tag: write NAME=VALUE, such as zone=dmz." for each in tags if not is_tag(each)]
    if problems:
        raise InvalidError(problems[0], problems)


def register(tx: Transaction, new: Registration, papers: Papers, now: datetime) -> RunbookServer:
    """Registers a server whose release fits the others, and whose papers are in order; RefusedError otherwise."""
    _check_release(tx, new)
    known = tx.enrolment.credential(new.name)
    is_new = known is None and not tx.enrolment.is_known(new.name)
    token = _token(tx, new.name, papers, now) if is_new or known == _ANEW else None
    if known and not compare_digest(known, papers.credential):
        raise RefusedError(
            f"Another runbook server is called '{new.name}', and this one does not have its credential. Choose another "
            "name or bring the data folder of that server here; after `orchestrion server reset-credential` a new one "
            "may take the name."
        )
    registered = tx.servers.register(new, now)
    if known != papers.credential:
        tx.enrolment.give(registered.id, papers.credential, None if token is None else token.tags)
    return registered


def _token(tx: Transaction, name: str, papers: Papers, now: datetime) -> EnrolmentToken | None:
    """The token that lets a server in; None for one that needs none."""
    if papers.is_at_home:
        return None
    token = tx.enrolment.use(papers.token, now) if papers.token else None
    if token is None:
        wrong = "Its enrolment token is not valid (any longer)" if papers.token else "It has no enrolment token"
        raise RefusedError(
            f"The runbook server '{name}' is not known here. {wrong}: make one with `orchestrion server token create`, "
            "and start the server with --enrol, ORCHESTRION_ENROL or `enrol_file`."
        )
    return token


def _check_release(tx: Transaction, new: Registration) -> None:
    for each in tx.servers.all():
        far = each.name != new.name and not are_neighbours(each.version, new.version)
        if far and each.now is not ServerStatus.OFFLINE:
            raise RefusedError(
                f"The runbook server '{each.name}' runs release {each.version}, which is too far from {new.version} to "
                "work with it. Upgrade one release at a time: bring all servers to the one in between first."
            )


def _subject(token: EnrolmentToken) -> Subject:
    return Subject("enrolment-token", token.id, f"enrolment token of {token.created_by}")
