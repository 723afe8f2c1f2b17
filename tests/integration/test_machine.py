"""The machine that tests install on keeps everything to itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from tests.services.machine import Machine


def test_what_is_written_inside_stays_inside(new_machine: Callable[[], Machine]) -> None:
    """From the first command on, by commands and through the folder that is seen from outside."""
    for name in (f"written-{uuid4()}" for _ in range(5)):
        machine = new_machine()
        machine.run("touch", f"/{name}")
        (machine.root / "etc" / name).touch()
        assert len(machine.run("ls", "-d", f"/{name}", f"/etc/{name}").split()) == 2
        assert not Path("/", name).exists()
        assert not Path("/etc", name).exists()


def test_a_user_inside_gains_no_rights(new_machine: Callable[[], Machine]) -> None:
    """Neither root's files nor a capability."""
    machine = new_machine()
    machine.run("install", "--mode=0600", "/dev/null", "/secret")
    with pytest.raises(RuntimeError, match="Permission denied"):
        machine.run("cat", "/secret", user="10001:10001")
    status = machine.run("grep", "-E", "CapEff|CapBnd|NoNewPrivs", "/proc/self/status", user="10001:10001")
    assert status.split()[1::2] == ["0000000000000000", "0000000000000000", "1"]
