"""What an activity answers: records, a warning, a failure; and what a probe answers after a crash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from orchestrion.model.values import Json
from orchestrion.sdk.fields import PublishedModel

Evidence: TypeAlias = Mapping[str, Json]


class ActivityFailed(Exception):
    """Ends the activity with status failed; `published` is what it found out all the same, one record each."""

    def __init__(self, message: str, published: Sequence[PublishedModel] = ()) -> None:
        super().__init__(message)
        self.published = tuple(published)


class ActivityWarning(Exception):
    """Ends the activity with status warning; `published` are its records."""

    def __init__(self, message: str, published: Sequence[PublishedModel] = ()) -> None:
        super().__init__(message)
        self.published = tuple(published)


@dataclass(frozen=True, slots=True)
class Done:
    """The effect took place before the crash; these are the records it published."""

    published: tuple[PublishedModel, ...] = ()


@dataclass(frozen=True, slots=True)
class NotDone:
    """The effect did not take place: the activity may run again."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The probe cannot tell; the activity stays in doubt until a person answers."""

    reason: str


Verdict: TypeAlias = Done | NotDone | Unknown


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing a monitor saw: the record it publishes, where to go on after a restart, and what makes it unique.

    `cursor` is any text that the monitor understands when it is armed again (`ctx.cursor`); `key` is the same for the
    same occurrence, so that one seen twice starts one instance.
    """

    published: PublishedModel
    cursor: str
    key: str
