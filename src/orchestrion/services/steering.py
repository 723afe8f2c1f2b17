"""Pausing a running instance, going on step by step, and giving it data instead of running an activity (spec 7.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestrion.model.access import Actor, Right, demand
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import ConflictError, InvalidError, NotFoundError
from orchestrion.model.job import has_ended
from orchestrion.model.values import Json
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import INBOX, LIVE, WORK, Wakeups
from orchestrion.ports.runs import InstanceRecord
from orchestrion.ports.transaction import Database, Transaction
from orchestrion.services.audit import Subject, audit_entry
from orchestrion.services.documents import document_of
from orchestrion.services.live_events import job_changed
from orchestrion.services.secret_inputs import refuse_secrets


class Wish(StrEnum):
    """What a person may ask of a running instance."""

    PAUSE = "pause"
    CONTINUE = "continue"
    STEP = "step"
    RUN_TO = "run-to"
    BREAKPOINTS = "breakpoints"
    SKIP = "skip"
    UNSKIP = "unskip"
    EDIT = "edit"


_GOES_ON = (Wish.CONTINUE, Wish.STEP, Wish.RUN_TO)
_NEEDS_ACTIVITY = (Wish.RUN_TO, Wish.SKIP, Wish.UNSKIP, Wish.EDIT)


@dataclass(frozen=True, slots=True)
class Order:
    """A wish with what it is about.

    RUN_TO, SKIP, UNSKIP and EDIT name an `activity` by id. `given` holds the ending of a skipped activity (`status`,
    `records`, `error`), the `inputs` of an edited one, or `at`, the conditions of breakpoints by activity id.
    """

    wish: Wish
    activity: str = ""
    given: Mapping[str, Json] | None = None


class Steering:
    """The use cases of somebody who takes part in a run."""

    def __init__(self, database: Database, wakeups: Wakeups, clock: Clock) -> None:
        self._database = database
        self._wakeups = wakeups
        self._clock = clock

    async def steer(self, actor: Actor, instance_id: str, order: Order) -> InstanceRecord:
        """Tells the instance what is wanted; it obeys before it starts anything more, wherever it runs.

        Raises NotFoundError for the instance or the activity, ConflictError when the instance has ended, InvalidError
        when the order lacks something or gives a secret, RefusedError.
        """
        found = await self._database.write(lambda tx: self._steered(tx, actor, instance_id, order))
        for channel in (WORK, INBOX):
            self._wakeups.announce(channel)
        self._wakeups.announce(LIVE, job_changed(found.job_id, found.runbook_id, found.status.value))
        return found

    def _steered(self, tx: Transaction, actor: Actor, instance_id: str, order: Order) -> InstanceRecord:
        instance = tx.runs.instance(instance_id)
        demand(actor, Right.STOP if order.wish is Wish.PAUSE else Right.ANSWER, instance.runbook_path)
        if has_ended(instance.status):
            raise ConflictError(f"The instance has ended as {instance.status.value}; there is nothing left to steer.")
        runbook = read_runbook(document_of(tx, instance))
        _check(order, set(runbook.activities))
        if order.wish is Wish.EDIT:
            refuse_secrets(runbook, tx.catalogue.types(), {order.activity: (order.given or {}).get("inputs")})
        now = self._clock.now()
        payload: dict[str, Json] = {**(order.given or {}), "do": order.wish.value, "by": actor.name}
        tx.runs.post_control(instance_id, payload | {"activity": order.activity}, now)
        if order.wish is Wish.PAUSE:
            tx.runs.hold_unowned(instance_id, f"Paused by {actor.name}.")
        elif order.wish in _GOES_ON:
            tx.runs.release(instance_id)
        subject = Subject("instance", instance_id, instance.runbook_path)
        details: dict[str, Json] = {"activity": order.activity} if order.activity else {}
        tx.audit.add(audit_entry(actor, now, f"steered: {order.wish.value}", subject, details))
        return tx.runs.instance(instance_id)


def _check(order: Order, activities: set[str]) -> None:
    named = [order.activity] if order.activity else []
    if order.wish in _NEEDS_ACTIVITY and not named:
        raise InvalidError(f"'{order.wish.value}' needs the id of an activity.")
    at = (order.given or {}).get("at")
    if order.wish is Wish.BREAKPOINTS:
        named += list(at) if isinstance(at, Mapping) else []
    for each in named:
        if each not in activities:
            raise NotFoundError("activity", each)
    status = (order.given or {}).get("status")
    if order.wish is Wish.SKIP and status not in (None, "success", "warning", "failed"):
        raise InvalidError(f"A skipped activity ends as success, warning or failed, not as '{status}'.")
