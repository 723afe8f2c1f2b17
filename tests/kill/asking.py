"""How a server process talks to the target outside of it: one question, one answer, as JSON lines on a Unix socket."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping

import anyio

from orchestrion.model.values import Json

Message = Mapping[str, Json]
VARIABLE = "KILL_TARGET"  # names the socket
_MOST = 65536  # bytes of an answer


class NoAnswerError(Exception):
    """The target closed the connection: this process is about to die."""


async def ask(**question: Json) -> dict[str, Json]:
    """Asks without blocking the event loop; the answer comes when the target wants it to."""
    async with await anyio.connect_unix(os.environ[VARIABLE]) as stream:
        await stream.send(_line(question))
        answer = b""
        while not answer.endswith(b"\n"):
            try:
                answer += await stream.receive()
            except anyio.EndOfStream:
                raise NoAnswerError from None
    return _read(answer)


def ask_and_block(**question: Json) -> dict[str, Json]:
    """Asks and lets nothing else happen on this thread meanwhile."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ[VARIABLE])
        connection.sendall(_line(question))
        answer = b""
        while not answer.endswith(b"\n"):
            part = connection.recv(_MOST)
            if not part:
                raise NoAnswerError
            answer += part
    return _read(answer)


def _line(question: Message) -> bytes:
    return json.dumps({**question, "pid": os.getpid()}).encode() + b"\n"


def _read(answer: bytes) -> dict[str, Json]:
    found = json.loads(answer)
    assert isinstance(found, dict)
    return found
