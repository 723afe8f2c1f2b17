"""Ports on the loopback address."""

import socket

import pytest

LOOPBACK = "127.0.0.1"


def find_free_port() -> int:
    """A TCP port that nothing listens on now; whoever asked should bind it soon."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on."""
    return find_free_port()
