"""The event loop that servers run on, and how it shares the processor with the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import TypeVar

import anyio

T = TypeVar("T")

#: A server makes and drops many small objects in every turn. With the collector's own thresholds it looks through all
#: that live, again and again; a third of the time of an activity went there (docs/performance.md).
_THRESHOLDS = (50_000, 20, 10)


def run_server(serve: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """Runs a server to its end, and gives what it gives; what it raises is raised here."""
    gc.collect()
    gc.freeze()  # modules and classes stay for good: they need not be looked at again
    gc.set_threshold(*_THRESHOLDS)
    return anyio.run(serve, *arguments, backend_options={"use_uvloop": find_spec("uvloop") is not None})
