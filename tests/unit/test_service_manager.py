"""What the service manager is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrion.bootstrap.service_manager import READY, notify


@pytest.fixture(params=["path", "abstract"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """A socket as systemd makes one, in the file system and in Linux's abstract name space, with its variable."""
    address = str(tmp_path / "notify") if request.param == "path" else f"@{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(address.replace("@", "\0"))
        receiver.settimeout(5)
        yield address, receiver


def test_a_state_reaches_the_socket(listening: tuple[str, socket.socket]) -> None:
    """As one message."""
    address, receiver = listening
    notify(READY, {"NOTIFY_SOCKET": address})
    assert receiver.recv(100) == b"READY=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_a_listener_nothing_happens(environment: dict[str, str]) -> None:
    """The product runs without a service manager as well."""
    notify(READY, environment)
