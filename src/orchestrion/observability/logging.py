"""Log lines: structlog for our own, and the same form for what libraries log."""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor

from orchestrion.observability.redact import redacted, redacted_text
from orchestrion.ports.observability import RUN

_QUIET = (
    "alembic",
    "asyncio",
    "httpx2",
    "httpcore2",
    "watchfiles",
)  # what they say at `info` is no news to an operator


def set_up_logging(level: str, form: Literal["auto", "console", "json"], stream: TextIO | None = None) -> None:
    """Sends every log line of this process to `stream` (standard error), with secrets masked."""
    target = stream or sys.stderr
    is_console = form == "console" or (form == "auto" and target.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        name_run,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    handler = logging.StreamHandler(target)
    handler.setFormatter(_formatter(shared, target, is_console=is_console))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def set_level(level: str) -> None:
    """Changes from now on what is worth a line: `debug`, `info`, `warning` or `error`."""
    logging.getLogger().setLevel(level.upper())
    structlog.get_logger(__name__).warning("The log level was changed.", level_now=level)


def name_run(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: adds the ids of the run on whose behalf the line is written, its own fields first."""
    run = RUN.get()
    if run is not None:
        for name in ("job", "instance", "activity", "execution", "trace"):
            value = getattr(run, name)
            if value:
                event.setdefault(name, value)
    return event


def mask_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A structlog processor: masks secrets in every field of a line."""
    return {
        name: redacted_text(str(value)) if name == "event" else redacted(value, name) for name, value in event.items()
    }


def _formatter(shared: list[Processor], target: TextIO, *, is_console: bool) -> logging.Formatter:
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=target.isatty()) if is_console else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
