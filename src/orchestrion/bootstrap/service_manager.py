"""Telling the service manager where this process stands: sd_notify(3), without its library."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

READY = "READY=1"
STOPPING = "STOPPING=1"
_VARIABLE = "NOTIFY_SOCKET"


def notify(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Sends a state to the socket that systemd names, where it waits for one (`Type=notify`); else does nothing.

    A service manager that does not listen does not keep us from working.
    """
    address = environment.get(_VARIABLE, "")
    if not address.startswith(("/", "@")):
        return
    name = f"\0{address[1:]}" if address.startswith("@") else address  # `@` stands for the abstract name space
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.connect(name)
            sender.send(state.encode())
        except OSError:
            return
