"""Ports on the loopback address."""

import random
import socket

import pytest

LOOPBACK = "127.0.0.1"
# Below the ports that the kernel gives to outgoing connections (net.ipv4.ip_local_port_range): one of those could
# take a free port in the seconds until whoever asked for it binds it.
PORTS = range(20_000, 32_768)
_reservations: list[socket.socket] = []


def find_free_port() -> int:
    """A TCP port that nothing listens on now, and that this machine's other test processes are not given.

    The reservation is the UDP port of the same number, held until this process ends.
    """
    for port in random.sample(PORTS, len(PORTS)):
        if _reserve(port):
            return port
    raise OSError(f"no port of {PORTS} is free on {LOOPBACK}")


def _reserve(port: int) -> bool:
    reservation = socket.socket(type=socket.SOCK_DGRAM)
    try:
        reservation.bind((LOOPBACK, port))
        with socket.socket() as listener:
            listener.bind((LOOPBACK, port))
    except OSError:
        reservation.close()
        return False
    _reservations.append(reservation)
    return True


@pytest.fixture
def free_port() -> int:
    """A TCP port on 127.0.0.1 that nothing listens on."""
    return find_free_port()
