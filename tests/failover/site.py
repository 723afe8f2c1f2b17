"""One installation on PostgreSQL: its servers as processes of their own, the target, the load, and who watches."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path

from anyio.from_thread import BlockingPortal, start_blocking_portal
from pydantic import SecretStr

from orchestrion.bootstrap.composition import Core, migrated, opened
from orchestrion.model.access import SYSTEM
from orchestrion.settings import Settings
from orchestrion.storage.wakeups import PostgresWakeups
from tests.failover.load import Load, Verdict
from tests.failover.outside import OutsideTarget
from tests.failover.watch import Watch
from tests.kill.asking import VARIABLE
from tests.kill.place import installed_pack
from tests.kill.scenarios import CHAIN, Scenario
from tests.kill.target import Traffic
from tests.services.network import LOOPBACK, find_free_port
from tests.services.orchestrion import COMMAND, READY, RUNBOOK_SERVER, clean_environment
from tests.services.processes import ReadProcess
from tests.services.waiting import eventually

LEASE_SECONDS = 5.0
BEAT_SECONDS = 1.0
FEW_SECONDS = 5.0
#: Nobody hears of a server for its lease; the leader looks at every beat, twice, and somebody claims what is ready.
DETECTION_SECONDS = LEASE_SECONDS + 3 * BEAT_SECONDS
#: Where the leader died, its lead must end first, and the next leader gives everybody a whole lease.
LEADERLESS_SECONDS = DETECTION_SECONDS + LEASE_SECONDS
START_SECONDS = 60
_MOST_SERVERS = 10
_LOG_TAIL = 4000
RUN_SECONDS = 60  # within which all jobs under way end, on a machine that does much else


class Server:
    """One server of the installation as a process; it may be killed, stopped for a while, and started again."""

    def __init__(self, name: str, command: Sequence[str], ready: str, env: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self._command = command
        self._ready = ready
        self._env = env
        self._folder = folder
        self._process: ReadProcess | None = None
        self.output = ""
        """Of all processes that have ended."""

    @property
    def address(self) -> str:
        """Where a web service said it is ready, such as http://127.0.0.1:8420."""
        line = self.process.wait_for_line(READY, START_SECONDS)
        return line.partition(READY)[2].split()[0].rstrip("/")

    @property
    def said(self) -> str:
        """What its processes said, the last of them at the end."""
        return self.output + (self._process.output if self._process is not None else "")

    @property
    def process(self) -> ReadProcess:
        """The running process."""
        assert self._process is not None, "not started"
        return self._process

    def start(self) -> None:
        """Begins a life, and waits until it is ready."""
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Begins a life."""
        self._process = ReadProcess(self._command, cwd=self._folder, env=self._env)

    def wait(self) -> None:
        """Until a life that has begun is ready."""
        self.process.wait_for_line(self._ready, START_SECONDS)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        process, self._process = self.process, None
        process.kill()
        self.output += process.output

    def pause(self) -> None:
        """Stops it as a virtual machine is stopped: it does nothing, and knows nothing of it."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Lets a stopped one go on."""
        os.kill(self.process.pid, signal.SIGCONT)

    def close(self) -> None:
        """Ends it, where it runs."""
        if self._process is not None:
            self.go_on()
            self.kill()


class Site:
    """Servers are known by name; `url` is the database's address for them unless a start says otherwise."""

    def __init__(self, folder: Path, url: str, portal: BlockingPortal, core: Core, target: OutsideTarget) -> None:
        self._folder = folder
        self._url = url
        self._portal = portal
        self._pythonpath = installed_pack(folder)
        self._token = portal.call(core.services.enrolment.create, SYSTEM, _MOST_SERVERS).secret
        self._running: Future[None] | None = None
        self.core = core
        self.target = target
        self.load = Load(core, target, CHAIN)
        self.watch = Watch(url, 3 * BEAT_SECONDS)
        self.servers: dict[str, Server] = {}

    def runbook_servers(self, *names: str, flags: Sequence[str] = ()) -> list[Server]:
        """Starts several runbook servers: the first, which is the primary and leads, and then all others at once."""
        first, *others = [self.add(name, *flags) for name in names]
        first.start()
        for each in others:
            each.begin()
        for each in others:
            each.wait()
        return [first, *others]

    def add(
        self, name: str, *flags: str, url: str | None = None, prefix: Sequence[str] = (), env: Mapping[str, str] = {}
    ) -> Server:
        """A runbook server that is not started yet."""
        command = [*prefix, str(COMMAND), RUNBOOK_SERVER, "--name", name, *flags]
        return self._added(name, command, "The runbook server ", url, env)

    def web(self, name: str = "web") -> Server:
        """A web service that is not started yet."""
        command = [str(COMMAND), "web", "--host", LOOPBACK, "--port", str(find_free_port())]
        return self._added(name, command, READY, None, {})

    @property
    def held(self) -> set[str]:
        """The instances that wait for a person."""
        return {key for key, each in self.watch.instances.items() if each.state == "held"}

    @property
    def called(self) -> set[str]:
        """The executions that have called the target."""
        return {each.call.execution for each in list(self.target.seen)}

    @property
    def waiting_for(self) -> set[str]:
        """The activities whose calls wait for an answer of the target."""
        return {each.activity for each in list(self.target.waiting.values())}

    def hold(self, *activities: str) -> None:
        """Lets the target keep these activities waiting, or all."""
        self._portal.call(self.target.hold, *activities)

    def hold_with(self, activity: str, count: int) -> set[str]:
        """Keeps all jobs waiting for the target, so many of them in this activity; gives these executions."""
        self.hold(activity)

        def waiting() -> set[str]:
            return {key for key, each in dict(self.target.waiting).items() if each.activity == activity}

        self.until(lambda: len(waiting()) >= count, f"{activity} to be called")
        self.hold()
        self.until(self.target.is_quiet, "all to have called")
        return waiting()

    def release(self) -> None:
        """Lets the target answer."""
        self._portal.call(self.target.release)

    def start_load(self, in_flight: int) -> None:
        """Begins with one job that nothing disturbs, then keeps so many under way."""
        self._running = self._portal.start_task_soon(self.load.run)
        self.until(lambda: self.load.ended == 1, "the first job")
        self.watch.begin()
        self.load.in_flight = in_flight
        self.until(lambda: len(self.load.open) >= in_flight, "jobs to be under way")

    def until(self, look: Callable[[], object], what: str, seconds: float = RUN_SECONDS) -> None:
        """Waits for what the target, the load or the watch comes to see."""
        try:
            eventually(lambda: bool(look()), what, seconds)
        except TimeoutError as error:
            error.add_note(f"instances: {self.watch.instances}; calls: {self.target.waiting}")
            for each in self.servers.values():
                error.add_note(f"{each.name}: {each.said[-_LOG_TAIL:]}")
            raise

    def acts(self, server: Server, seconds: float = RUN_SECONDS) -> None:
        """Waits until a server calls the target anew."""
        pid, known = server.process.pid, len(self.target.seen)
        self.until(lambda: any(each.pid == pid for each in self.target.seen[known:]), f"{server.name} to act", seconds)

    def taken_over(self, instances: set[str], dead: int) -> dict[str, float]:
        """When, by this process's steady clock, another process than a dead one first acted for each instance."""
        others = [each for each in reversed(list(self.target.seen)) if each.pid != dead]
        return {each.call.instance: each.at for each in others if each.call.instance in instances}

    def left_alone(self, instances: set[str], dead: int) -> set[str]:
        """Which of the instances are under way, and no other process has acted for them."""
        return (instances & set(self.watch.instances)) - set(self.taken_over(instances, dead))

    def more(self, jobs: int) -> None:
        """Waits until so many more jobs have ended."""
        wanted = self.load.ended + jobs
        self.until(lambda: self.load.ended >= wanted, f"{jobs} more jobs")

    def finish(self) -> Verdict:
        """Starts no more jobs, waits for the end of those under way, and judges them all."""
        self.load.in_flight = 0
        self.until(lambda: not self.load.open or self.load.unexplained, "all jobs to end")
        assert not self.load.unexplained, self.load.unexplained
        return self._portal.call(self.load.judged)

    def close(self) -> None:
        """No server lives on, and nobody starts jobs."""
        if self._running is not None:
            self._running.cancel()
        for server in self.servers.values():
            server.close()

    def _added(self, name: str, command: Sequence[str], ready: str, url: str | None, env: Mapping[str, str]) -> Server:
        folder = self._folder / name
        folder.mkdir()
        shared = {
            "ORCHESTRION_DATA_DIR": str(folder),
            "ORCHESTRION_DATABASE": url or self._url,
            "ORCHESTRION_KEY_FILE": str(self._folder / "master.key"),
            "ORCHESTRION_ENROL": self._token,
            "ORCHESTRION_LEASE_SECONDS": str(LEASE_SECONDS),
            "ORCHESTRION_BEAT_SECONDS": str(BEAT_SECONDS),
            "PYTHONPATH": self._pythonpath,
            VARIABLE: str(self._folder / "target"),
        }
        server = Server(name, command, ready, {**clean_environment(), **shared, **env}, folder)
        self.servers[name] = server
        return server


@contextmanager
def opened_site(folder: Path, url: str, scenario: Scenario = CHAIN) -> Iterator[Site]:
    """An installation on an empty database, without a server yet; the folder's path is short, for Unix sockets."""
    settings = Settings(data_dir=folder, database=SecretStr(url), key_file=folder / "master.key", name="people")
    target = OutsideTarget(Traffic(refusals=scenario.refusals))
    with start_blocking_portal("asyncio") as portal, ExitStack() as held:
        portal.call(migrated, settings)
        held.enter_context(portal.wrap_async_context_manager(target.serving(folder / "target")))
        core = held.enter_context(portal.wrap_async_context_manager(opened(settings)))
        site = Site(folder, url, portal, core, target)
        held.callback(portal.start_task_soon(site.watch.run).cancel)
        assert isinstance(core.wakeups, PostgresWakeups)
        held.callback(portal.start_task_soon(core.wakeups.run).cancel)
        held.callback(site.close)
        portal.call(site.load.prepare)
        yield site
