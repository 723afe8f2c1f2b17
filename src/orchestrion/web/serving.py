"""Running the web application: the socket, TLS, and a stop that keeps nobody waiting."""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette

from orchestrion.model.errors import UnavailableError
from orchestrion.web.live import Live

_GRACE_SECONDS = 5  # for requests under way when the server stops
_KEEP_ALIVE_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web service listens, and its certificate."""

    host: str
    port: int
    tls_cert: Path | None = None
    tls_key: Path | None = None


class WebServer:
    """One web server on a listening socket; `started` is set when it answers."""

    def __init__(self, app: FastAPI, live: Live, address: Address, listening: socket.socket) -> None:
        self._live = live
        self._socket = listening
        self.started = anyio.Event()
        self._server = _Server(_config(app, address), self.started)

    async def run(self) -> None:
        """Serves until `stop`."""
        await self._server.serve([self._socket])

    def stop(self) -> None:
        """Ends live streams, lets requests under way finish, and takes no new ones."""
        self._live.close()
        self._server.should_exit = True


class ObservingServer:
    """The listener for metrics and probes; `started` is set when it answers."""

    def __init__(self, app: Starlette, address: Address, listening: socket.socket) -> None:
        self._socket = listening
        self.started = anyio.Event()
        self._server = _Server(_config(app, address), self.started)

    async def run(self) -> None:
        """Serves until `stop`."""
        await self._server.serve([self._socket])

    def stop(self) -> None:
        """Takes no new requests."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    """uvicorn's server; signals are the business of whoever runs it."""

    def __init__(self, config: uvicorn.Config, started: anyio.Event) -> None:
        super().__init__(config)
        self._started = started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures nothing."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Says when it answers."""
        await super().startup(sockets)
        self._started.set()


def bind(address: Address, flag: str = "--port") -> socket.socket:
    """A listening socket; raises UnavailableError that names the address, and the flag that is the way out.

    It is bound before anything else is begun, so that a busy port leaves nothing half started.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family, backlog=512)
    except OSError as error:
        raise UnavailableError(_why_not(error, address, flag)) from error


def _why_not(error: OSError, address: Address, flag: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {address.port} on {address.host} is in use by another program. Stop that program, or choose "
            f"another port with {flag}."
        )
    if error.errno == errno.EACCES:
        return f"Port {address.port} may not be used by this user. Choose one above 1023 with {flag}."
    return f"The web service cannot listen on {address.host}:{address.port}: {error.strerror or error}."


def _config(app: Starlette, address: Address) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    if address.tls_cert is not None:
        config.ssl_certfile, config.ssl_keyfile = str(address.tls_cert), str(address.tls_key)
        config.ssl_context_factory = lambda _config, _default: tls_context(address)
        config.load()
    return config


def tls_context(address: Address) -> ssl.SSLContext:
    """TLS 1.2 or newer with the certificate; raises UnavailableError when it cannot be loaded."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(str(address.tls_cert), str(address.tls_key))
    except OSError as error:
        raise UnavailableError(
            f"The certificate {address.tls_cert} with {address.tls_key} cannot be used: {error}"
        ) from error
    return context
