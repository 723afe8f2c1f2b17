"""A private rsyslogd: its own socket, two log files, nothing of the machine's."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import session
from tests.services.processes import ReadProcess
from tests.services.waiting import eventually

CONFIGURATION = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{folder}/log" CreatePath="off" RateLimit.Interval="0")
*.* action(type="omfile" file="{folder}/messages" template="RSYSLOG_TraditionalFileFormat")
*.* action(type="omfile" file="{folder}/messages.iso" template="RSYSLOG_FileFormat")
"""


class SyslogServer:
    """A syslog daemon; entries go in by `log`, and come out as lines of `messages`."""

    def __init__(self, folder: Path) -> None:
        """Everything is below `folder`, whose path must be short (Unix socket)."""
        self.socket = folder / "log"
        self.messages = folder / "messages"  # "Nov 22 15:45:00 host tag: text"
        self.iso_messages = folder / "messages.iso"  # "2026-11-22T15:45:00.123456+00:00 host tag: text"
        self._folder = folder
        self._process: ReadProcess | None = None

    def start(self) -> None:
        """Start the daemon and wait for its socket."""
        configuration = self._folder / "rsyslog.conf"
        configuration.write_text(CONFIGURATION.format(folder=self._folder))
        program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is None:
            pytest.fail("rsyslogd is not installed: run scripts/install-test-needs")
        flags = ["-n", "-f", str(configuration), "-i", str(self._folder / "pid")]
        self._process = ReadProcess([program, *flags], cwd=self._folder)
        eventually(self.socket.exists, "rsyslogd's socket")

    def stop(self) -> None:
        """Stop the daemon."""
        if self._process is not None:
            self._process.stop()

    def log(self, text: str, tag: str = "test", priority: str = "user.notice") -> None:
        """Write one entry with `logger`, and return when it is in both files."""
        subprocess.run(
            ["logger", "--socket", str(self.socket), "--tag", tag, "--priority", priority, "--", text], check=True
        )
        eventually(lambda: self._holds(text), f"{text!r} in the log files")

    def _holds(self, text: str) -> bool:
        return all(file.exists() and text in file.read_text() for file in (self.messages, self.iso_messages))


@pytest.fixture
def syslog_server() -> Iterator[SyslogServer]:
    """A running syslog daemon with files of its own."""
    server = SyslogServer(Path(tempfile.mkdtemp(prefix="syslog-", dir=session.shared_folder())))
    server.start()
    try:
        yield server
    finally:
        server.stop()
