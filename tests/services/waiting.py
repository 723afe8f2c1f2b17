"""Waiting for what another process does, where it gives no signal to wait for."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.02  # short beside every start-up waited for, long beside one look


def eventually(look: Callable[[], T | None], what: str, seconds: float = 20) -> T:
    """The first value of `look()` that is neither None nor False; fails after `seconds`, naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        value = look()
        if value is not None and value is not False:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s in vain for {what}")
        time.sleep(POLL_SECONDS)
