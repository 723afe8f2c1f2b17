"""A machine of its own to install on: this one's files below an overlay that takes every change, its own processes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services.orchestrion import clean_environment
from tests.services.processes import ReadProcess

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = "/srv/sources"
TOOLS = ("unshare", "nsenter", "setpriv", "mount")
RUN_SECONDS = 600
STOP_SECONDS = 60

# The first process of the machine: it makes the mounts, and stays for as long as its input is open. It speaks only once
# it is inside: whoever entered before would find this machine's own root folder.
HOLD = """
set -e
mount -t tmpfs -o size=4g tmpfs "$1"
mkdir "$1/changes" "$1/scratch" "$1/merged"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/changes,workdir=$1/scratch" "$1/merged"
mount -t proc proc "$1/merged/proc"
mount --rbind /dev "$1/merged/dev"
mount -t tmpfs -o mode=1777 tmpfs "$1/merged/tmp"
mkdir -p "$1/changed-sources" "$1/scratch-sources" "$1/merged$3"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/changed-sources,workdir=$1/scratch-sources" "$1/merged$3"
exec chroot "$1/merged" sh -c 'echo ready; exec cat'
"""


class Machine:
    """A root folder that looks like this machine's, in name spaces of its own; everything in it ends with `close`.

    The checkout lies in `SOURCES`; what is written there stays inside as well.
    """

    def __init__(self, folder: Path) -> None:
        """Needs root, and a kernel that permits overlays; the folder is empty. Raises RuntimeError otherwise."""
        space = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        self._holder = subprocess.Popen(
            [*space, "sh", "-c", HOLD, "sh", str(folder), str(CHECKOUT), SOURCES],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        said = self._holder.stdout.readline() if self._holder.stdout else ""
        if said != "ready\n":
            self.close()
            raise RuntimeError(f"no machine of its own: {said.strip()}")
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        self._first = int(children.read_text().split()[0])
        if self.root.stat().st_dev == Path("/").stat().st_dev:
            self.close()
            raise AssertionError("the machine's root folder is this machine's own: nothing may be written there")

    @property
    def root(self) -> Path:
        """The machine's root folder as it is seen from outside."""
        return Path(f"/proc/{self._first}/root")

    def line(self, command: Sequence[str], user: str = "root", folder: str = "/") -> list[str]:
        """The command line that runs a command inside, as a user by name or number, who can gain no rights."""
        enter = ["nsenter", "--target", str(self._first), "--mount", "--pid", f"--root=/proc/{self._first}/root"]
        enter.append(f"--wd=/proc/{self._first}/root{folder}")
        if user == "root":
            return [*enter, *command]
        own, _, group = user.partition(":")
        rights = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        return [*enter, "setpriv", f"--reuid={own}", f"--regid={group or own}", *rights, *command]

    def run(self, *command: str, user: str = "root", folder: str = "/", env: Mapping[str, str] | None = None) -> str:
        """Runs a command to its end and gives its output; raises RuntimeError when it fails."""
        done = subprocess.run(
            self.line(command, user, folder), env=env or environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=RUN_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed ({done.returncode}):\n{done.stdout}")
        return done.stdout

    @staticmethod
    def stop(process: ReadProcess) -> int:
        """Sends SIGTERM to what a started line became inside (`nsenter` stands before it); gives the exit code."""
        if process.is_running():
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            os.kill(int(children.read_text().split()[0]), signal.SIGTERM)
        return process.wait(STOP_SECONDS)

    def close(self) -> None:
        """Ends all processes inside; the files are gone with the last of them."""
        self._holder.kill()
        self._holder.communicate()


def environment() -> dict[str, str]:
    """What programs inside find: this machine's way to the package registries, and a system's own PATH."""
    return {**clean_environment(), "PATH": PATH}


@pytest.fixture(scope="module")
def new_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Machine]]:
    """Makes machines; the tests are skipped where that is not permitted."""
    if os.geteuid() != 0 or not all(map(shutil.which, TOOLS)):
        pytest.skip("a machine of its own needs root and util-linux")
    with ExitStack() as made:

        def make() -> Machine:
            try:
                machine = Machine(tmp_path_factory.mktemp("machine"))
            except RuntimeError as error:
                pytest.skip(str(error))
            made.callback(machine.close)
            return machine

        yield make
