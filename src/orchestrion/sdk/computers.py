"""Which computer an activity means."""

from __future__ import annotations

import socket

_LOOPBACK = frozenset({"", ".", "localhost", "127.0.0.1", "::1"})


def is_this_computer(name: str) -> bool:
    """Whether `name` means the computer that the runbook server runs on: localhost, or its own name, in any case."""
    asked, own = name.strip().casefold(), socket.gethostname().casefold()
    return asked in _LOOPBACK or asked in {own, own.partition(".")[0]}
