"""What a process shows of itself: its metrics, its spans, its health, and the listener for those who ask."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cached_property

import anyio

from orchestrion.bootstrap.health import space
from orchestrion.observability.logging import set_level
from orchestrion.observability.metrics import Exposition, FigureReader, watch_loop
from orchestrion.observability.tally import RequestCounts, Tally
from orchestrion.observability.telemetry import RunTelemetry
from orchestrion.observability.tracing import Spans, open_spans
from orchestrion.ports.clock import Clock
from orchestrion.ports.journal import Wakeups
from orchestrion.ports.security import Vault
from orchestrion.ports.servers import ServerState
from orchestrion.ports.transaction import Database
from orchestrion.services.health import Health, Surroundings
from orchestrion.services.log_levels import follow_log_level
from orchestrion.settings import ConfigurationError, Settings
from orchestrion.storage.migrate import newest
from orchestrion.web.observing import Observed, create_observing_app
from orchestrion.web.serving import Address, ObservingServer, bind


class Observing:
    """Everything about one process; `vault` is None where the master key is not at hand."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, vault: Vault | None) -> None:
        self._settings = settings
        self._clock = clock
        self._spans: Spans | None = None
        self.tally = Tally()
        self.requests = RequestCounts(self.tally)
        self.scrape = Exposition(self.tally, FigureReader(database, clock))
        self.health = Health(database, clock, Surroundings(newest(), lambda: space(settings.data_dir), vault))

    @cached_property
    def telemetry(self) -> RunTelemetry:
        """Takes note of runs; raises TracingError where traces are asked for and cannot be sent."""
        settings = self._settings
        if settings.otlp_endpoint is not None:
            self._spans = open_spans(settings.otlp_endpoint, settings.name)
        return RunTelemetry(self.tally, self._spans, settings.trace_share)

    @asynccontextmanager
    async def watched(self, wakeups: Wakeups) -> AsyncIterator[None]:
        """Measures the event loop and obeys wishes about the log for as long as the block lasts; then sends spans."""
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(watch_loop, self.tally, self._clock)
                group.start_soon(follow_log_level, wakeups, self._settings.name, set_level)
                yield
                group.cancel_scope.cancel()
        finally:
            if self._spans is not None:
                await anyio.to_thread.run_sync(self._spans.close)

    @asynccontextmanager
    async def listening(self, state: Callable[[], ServerState | None] = lambda: None) -> AsyncIterator[None]:
        """Answers on the port for metrics, where one is set, for as long as the block lasts.

        Raises UnavailableError for a port in use, ConfigurationError when strangers could read it.
        """
        settings = self._settings
        if settings.metrics_port is None:
            yield
            return
        observed = Observed(self.scrape, self.health, state, token_of(settings))
        address = Address(settings.metrics_host, settings.metrics_port)
        with bind(address, flag="--metrics-port") as bound:
            server = ObservingServer(create_observing_app(observed, (socket.gethostname(),)), address, bound)
            async with anyio.create_task_group() as group:
                group.start_soon(server.run)
                await server.started.wait()
                yield
                server.stop()


def token_of(settings: Settings) -> str:
    """What the listener wants to see, '' for nothing; raises ConfigurationError when the file cannot be read."""
    file = settings.metrics_token_file
    if file is None:
        return ""
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The token of the metrics in {file} cannot be read: {error}") from error
    if not token:
        raise ConfigurationError(f"There is no token in {file}.")
    return token
