"""Maintenance duties: what an installation does for itself, on one of its servers."""

from __future__ import annotations

from enum import StrEnum


class DutyName(StrEnum):
    """A duty, by the name that people use."""

    PURGE = "purge"
    SIZE = "size"
    REPAIR = "repair"
    STATISTICS = "statistics"
    WATCH = "watch"


TITLES = {
    DutyName.PURGE: "Deletes old runs and events, as the retention rules say.",
    DutyName.SIZE: "Deletes the oldest runs when there are more executions than the bound allows.",
    DutyName.REPAIR: "Looks for runs that nothing would move on, and sets them right.",
    DutyName.STATISTICS: "Counts how runs ended, for the figures of the last hour, day and week.",
    DutyName.WATCH: "Tells of runs that do not begin although a server has a free slot, or that none could run.",
}
