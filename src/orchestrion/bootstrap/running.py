"""Running servers until a signal ends them."""

from __future__ import annotations

import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import anyio
import structlog
from anyio.abc import TaskGroup

from orchestrion.bootstrap.composition import Core, migrated, opened, stamps, web_settings
from orchestrion.bootstrap.data_folder import LocalClient, locked, read_local_client, write_local_client
from orchestrion.bootstrap.samples import import_samples
from orchestrion.bootstrap.service_manager import READY, STOPPING, notify
from orchestrion.bootstrap.upkeep import upkeep
from orchestrion.model.access import SYSTEM, Actor
from orchestrion.model.errors import OrchestrionError
from orchestrion.observability.logging import set_up_logging
from orchestrion.runbookserver.service import RunbookServerService
from orchestrion.settings import ConfigurationError, Settings
from orchestrion.storage.wakeups import PostgresWakeups
from orchestrion.web.app import create_app
from orchestrion.web.serving import Address, WebServer, bind

Say = Callable[[str], None]
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.get_logger(__name__)


async def run_up(settings: Settings, say: Say) -> None:
    """Everything in one process, until SIGTERM or SIGINT."""
    set_up_logging(settings.log_level, settings.log_format)
    with locked(settings), _bound(settings) as listening:
        await migrated(settings)
        async with opened(settings) as core, _running(core) as group:
            server = core.runbook_server()
            await _start(group, server)
            await _first_start(core, say)
            url = local_url(settings, listening)
            await _leave_token(core, url)
            async with core.observing.listening(lambda: server.state):
                await _serve(core, listening, say)
            await server.drain()


async def run_web(settings: Settings, say: Say) -> None:
    """The management server, web service and console alone; runbook servers run elsewhere."""
    _demand_shared_database(settings, "web")
    set_up_logging(settings.log_level, settings.log_format)
    with _bound(settings) as listening:
        await migrated(settings)
        async with opened(settings) as core, _running(core):
            await _announce_administrator(core, say)
            async with core.observing.listening():
                await _serve(core, listening, say)


async def run_runbook_server(settings: Settings, say: Say) -> None:
    """One runbook server alone; runs go on while every web service is down."""
    _demand_shared_database(settings, "runbook-server")
    set_up_logging(settings.log_level, settings.log_format)
    await migrated(settings)
    async with opened(settings) as core, _running(core) as group:
        server = core.runbook_server(is_at_home=False)
        await _start(group, server)
        async with core.observing.listening(lambda: server.state):
            with _signals() as asked_to_end:
                say(f"The runbook server '{settings.name}' is ready")
                notify(READY)
                await asked_to_end()
        await server.drain()


def local_url(settings: Settings, listening: socket.socket) -> str:
    """The address for programs on this machine."""
    host = "127.0.0.1" if settings.is_wildcard else settings.host
    return _url(settings, host, listening)


def public_url(settings: Settings, listening: socket.socket) -> str:
    """The address for people."""
    return _url(settings, socket.gethostname() if settings.is_wildcard else settings.host, listening)


def _url(settings: Settings, host: str, listening: socket.socket) -> str:
    scheme = "https" if settings.is_secure else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}"


def _demand_shared_database(settings: Settings, command: str) -> None:
    if settings.is_sqlite:
        raise ConfigurationError(
            f"`orchestrion {command}` needs a PostgreSQL database that all servers share: --database "
            "postgresql://USER@HOST:PORT/NAME. SQLite serves one process alone; for that use `orchestrion up`."
        )


@contextmanager
def _bound(settings: Settings) -> Iterator[socket.socket]:
    listening = bind(_address(settings))
    try:
        yield listening
    finally:
        listening.close()


def _address(settings: Settings) -> Address:
    return Address(settings.host, settings.port, settings.tls_cert, settings.tls_key)


@asynccontextmanager
async def _running(core: Core) -> AsyncIterator[TaskGroup]:
    """A task group with what every server needs beside itself; all in it ends with the block."""
    async with core.observing.watched(core.wakeups), anyio.create_task_group() as group:
        if isinstance(core.wakeups, PostgresWakeups):
            group.start_soon(core.wakeups.run)
        if core.settings.is_sqlite:
            group.start_soon(stamps(core.settings, core.database).run)
        group.start_soon(upkeep(core).run)
        yield group
        group.cancel_scope.cancel()


async def _start(group: TaskGroup, server: RunbookServerService) -> None:
    group.start_soon(server.run)
    await server.started.wait()


async def _serve(core: Core, listening: socket.socket, say: Say) -> None:
    """Serves the web application until a signal, then lets requests under way finish."""
    settings = core.settings
    app = create_app(core.services, web_settings(settings))
    web = WebServer(app, core.services.live, _address(settings), listening)
    with _signals() as asked_to_end:
        async with anyio.create_task_group() as serving:
            serving.start_soon(web.run)
            await web.started.wait()
            say(f"Orchestrion is ready at {public_url(settings, listening)}")
            notify(READY)
            await asked_to_end()
            web.stop()


@contextmanager
def _signals() -> Iterator[Callable[[], Awaitable[None]]]:
    """A function that returns when the process is asked to end; what is asked from now on counts.

    Whoever asks twice means at once: after the first signal the next ends the process as it ends any other. Nothing is
    lost by that, it is a crash like any crash.
    """
    with ExitStack() as stack:
        receiver = stack.enter_context(anyio.open_signal_receiver(*_SIGNALS))

        async def asked() -> None:
            async for received in receiver:
                stack.close()
                for each in _SIGNALS:
                    signal.signal(each, signal.SIG_DFL)
                # Said when it holds: whoever has read it may ask a second time.
                _log.info("Stopping.", signal=received.name)
                notify(STOPPING)
                return

        yield asked


async def _first_start(core: Core, say: Say) -> None:
    """What a new database gets: samples, then the first administrator, whose existence says that it is new no more."""
    folder = core.settings.samples
    if folder is not None and not await core.users.all(SYSTEM):
        await import_samples(core, folder)
    await _announce_administrator(core, say)


async def _announce_administrator(core: Core, say: Say) -> None:
    made = await core.users.ensure_administrator()
    if made is not None:
        say(f"The first administrator is '{made.user.name}'. One-time password (shown only now): {made.password}")


async def _leave_token(core: Core, url: str) -> None:
    """Leaves address and token for the command line on this machine; a token that still works is kept."""
    settings, access = core.settings, core.services.access
    certificate = str(settings.tls_cert.absolute()) if settings.tls_cert else None
    known = read_local_client(settings.data_dir)
    if known is not None:
        try:
            await access.authenticate_token(known.token)
        except OrchestrionError:
            known = None
    token = known.token if known else await _new_token(core)
    write_local_client(settings.data_dir, LocalClient(url, token, certificate))


async def _new_token(core: Core) -> str:
    owner = next(user for user in await core.users.all(SYSTEM) if not user.disabled)
    actor = Actor(owner.id, owner.name, owner.role, "data folder")
    return (await core.services.access.create_token(actor, "Command line on this machine")).secret
