"""What an authoring check can know about the installation around a runbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrion.model.runbook import Parameter


@dataclass(frozen=True, slots=True)
class KnownRunbook:
    """A runbook that another one invokes; `is_checked_in` says whether there is a version to run."""

    path: str
    is_monitor: bool
    is_checked_in: bool
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The shared settings by path in small letters, and the runbooks that are invoked, by what names them.

    `variables` says of each whether it is encrypted, `servers` has their tags; `runbooks` holds None for one that is
    not there.
    """

    variables: Mapping[str, bool] = field(default_factory=dict)
    counters: frozenset[str] = frozenset()
    computer_groups: frozenset[str] = frozenset()
    schedules: frozenset[str] = frozenset()
    servers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    runbooks: Mapping[str, KnownRunbook | None] = field(default_factory=dict)
