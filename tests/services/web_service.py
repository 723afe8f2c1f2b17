"""The web service with a runbook server, on a thread of this process: real HTTP, without the cost of a new process."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import httpx2
from anyio import from_thread, lowlevel, to_thread

from orchestrion.bootstrap.composition import Core, opened
from orchestrion.bootstrap.upkeep import upkeep
from orchestrion.model.access import SYSTEM, Actor
from orchestrion.settings import Settings
from orchestrion.storage.migrate import migrate
from orchestrion.web.app import create_app
from orchestrion.web.deps import WebSettings
from orchestrion.web.serving import Address, WebServer, bind
from tests.services.network import LOOPBACK

START_SECONDS = 30
PROXY = "127.0.0.2"  # of this machine's loopback too: whoever sends from there is trusted as a proxy
NEW_PASSWORD = "correct horse battery"


class WebService:
    """Starts with the block and stops at its end; the first administrator has signed in and has a token."""

    url: str
    password: str
    token: str
    core: Core

    def __init__(self, data_dir: Path, static_folder: Path | None = None) -> None:
        self._settings = Settings(data_dir=data_dir, name="tester")
        self._web_settings = WebSettings(
            hosts=("runbooks.example",), trusted_proxies=(PROXY,), static_folder=static_folder
        )
        self._ready = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=anyio.run, args=(self._serve,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(START_SECONDS), "the web service did not start"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(START_SECONDS)

    def client(self, **headers: str) -> httpx2.Client:
        """A client of the API without sign-in."""
        return httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, trust_env=False, timeout=30)

    def proxy(self, **headers: str) -> httpx2.Client:
        """A client that sends from the address of the trusted proxy."""
        transport = httpx2.HTTPTransport(local_address=PROXY)
        return httpx2.Client(
            base_url=f"{self.url}/api/v1", headers=headers, transport=transport, trust_env=False, timeout=30
        )

    def with_token(self) -> httpx2.Client:
        """A client with an API token."""
        return self.client(Authorization=f"Bearer {self.token}")

    def signed_in(self) -> httpx2.Client:
        """A client with a session cookie and the header for writes."""
        client = self.client()
        session = client.post("/session", json={"user_name": "admin", "password": self.password}).json()
        client.headers["X-CSRF-Token"] = session["csrf_token"]
        return client

    def as_user(self, name: str) -> httpx2.Client:
        """A client of another, new administrator."""
        made = self.call(self.core.users.create, SYSTEM, name)
        actor = Actor(made.user.id, made.user.name, made.user.role)
        return self.client(Authorization=f"Bearer {self.call(self._token, actor)}")

    def call(self, function: Any, *args: Any) -> Any:
        """Runs an asynchronous function of the service's on its event loop."""
        return from_thread.run(function, *args, token=self._loop)

    async def _serve(self) -> None:
        self._loop = lowlevel.current_token()
        await migrate(self._settings.database_url)
        async with opened(self._settings) as core, anyio.create_task_group() as group:
            self.core = core
            server = core.runbook_server()
            group.start_soon(server.run)
            group.start_soon(upkeep(core).run)
            await server.started.wait()
            await self._make_administrator(core)
            with bind(Address(LOOPBACK, 0)) as listening:
                self.url = f"http://{LOOPBACK}:{listening.getsockname()[1]}"
                app = create_app(core.services, self._web_settings)
                web = WebServer(app, core.services.live, Address(LOOPBACK, 0), listening)
                async with anyio.create_task_group() as serving:
                    serving.start_soon(web.run)
                    await web.started.wait()
                    self._ready.set()
                    await to_thread.run_sync(self._stop.wait)
                    web.stop()
            group.cancel_scope.cancel()

    async def _make_administrator(self, core: Core) -> None:
        made = await core.users.ensure_administrator()
        assert made is not None
        access = core.services.access
        signed_in = await access.sign_in(made.user.name, made.password)
        await access.change_password(signed_in.found, made.password, NEW_PASSWORD)
        self.password = NEW_PASSWORD
        actor = Actor(made.user.id, made.user.name, made.user.role)
        self.token = await self._token(actor)

    async def _token(self, actor: Actor) -> str:
        return (await self.core.services.access.create_token(actor, "tests")).secret
