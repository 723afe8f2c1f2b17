"""A network namespace with one cable to this machine, which can be cut: both ways, or so that answers are lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count

import pytest

_numbers = count(1)


class NoNamespaceError(Exception):
    """This machine does not permit network namespaces."""


class Namespace:
    """Programs started behind `prefix` reach this machine at `outside` alone, and nothing else."""

    def __init__(self) -> None:
        """Needs root and iproute2; raises NoNamespaceError otherwise."""
        mark = f"{os.getpid() % 10_000}-{next(_numbers)}"
        self.name, self._outer, self._inner = f"orch-{mark}", f"oa{mark}", f"ob{mark}"
        subnet = f"10.{213 + os.getpid() % 20}.{os.getpid() // 20 % 250}"
        place = 4 * next(_numbers) % 252
        self.network, self.outside, self.inside = (
            f"{subnet}.{place}/30", f"{subnet}.{place + 1}", f"{subnet}.{place + 2}",
        )  # fmt: skip
        self.prefix = ("ip", "netns", "exec", self.name)
        _ip("netns", "add", self.name)
        _ip("link", "add", self._outer, "type", "veth", "peer", "name", self._inner, "netns", self.name)
        _ip("address", "add", f"{self.outside}/30", "dev", self._outer)
        _ip("-n", self.name, "address", "add", f"{self.inside}/30", "dev", self._inner)
        _ip("-n", self.name, "link", "set", self._inner, "up")
        _ip("-n", self.name, "link", "set", "lo", "up")
        self.heal()

    def cut(self) -> None:
        """Nothing comes through, and nobody is told."""
        _ip("link", "set", self._outer, "down")

    def deafen(self) -> None:
        """What is sent from inside arrives; every answer is lost."""
        _ip("route", "add", "blackhole", f"{self.inside}/32")

    def heal(self) -> None:
        """Everything comes through again."""
        with suppress(NoNamespaceError):
            _ip("route", "del", "blackhole", f"{self.inside}/32")
        _ip("link", "set", self._outer, "up")

    def close(self) -> None:
        """Takes it away; programs that are left in it keep it until they end."""
        with suppress(NoNamespaceError):
            _ip("link", "del", self._outer)
        _ip("netns", "del", self.name)


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoNamespaceError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@pytest.fixture
def new_namespace() -> Iterator[Callable[[], Namespace]]:
    """Makes namespaces; the test is skipped where that is not permitted."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    made: list[Namespace] = []

    def make() -> Namespace:
        try:
            made.append(Namespace())
        except NoNamespaceError as error:
            pytest.skip(str(error))
        return made[-1]

    yield make
    for each in made:
        each.close()
