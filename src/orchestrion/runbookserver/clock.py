"""The clock of this machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

#: CLOCK_BOOTTIME also counts while the machine sleeps (durability.md 5); where it is missing, monotonic time.
_STEADY = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """See ports.Clock."""

    def now(self) -> datetime:
        """See ports.Clock."""
        return datetime.now(UTC)  # noqa: TID251 - this is the Clock

    def steady(self) -> float:
        """See ports.Clock."""
        return time.monotonic() if _STEADY is None else time.clock_gettime(_STEADY)


def utc_offset(moment: datetime) -> timedelta:
    """How far this server's local time is from UTC at `moment`."""
    return _offset_in(int(moment.timestamp()) // 60)


@lru_cache(maxsize=64)
def _offset_in(minute: int) -> timedelta:
    """Offsets change at full minutes."""
    return datetime.fromtimestamp(minute * 60, UTC).astimezone().utcoffset() or timedelta()
