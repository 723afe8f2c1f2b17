"""What all worker processes of one test run share: a folder, and a lock on it.

The process that was started by hand owns the folder, because it outlives every worker: what a crashed
worker left running is still stopped.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VARIABLE = "PYTEST_SHARED_FOLDER"


def is_worker() -> bool:
    """Whether this process runs tests on behalf of another one."""
    return "PYTEST_XDIST_WORKER" in os.environ


def pytest_configure() -> None:
    """Make the folder of this run; workers inherit its name through the environment."""
    if not is_worker():
        # Short, because a Unix socket's path has at most 107 characters; readable, because PostgreSQL runs as
        # a user of its own.
        folder = Path(tempfile.mkdtemp(prefix="orchestrion-tests-"))
        folder.chmod(0o755)
        os.environ[VARIABLE] = str(folder)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Remove the folder of this run, after all that runs in it was stopped."""
    if not is_worker():
        shutil.rmtree(os.environ.pop(VARIABLE), ignore_errors=True)


def shared_folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[VARIABLE])


@contextmanager
def shared_lock(name: str) -> Iterator[None]:
    """Only one process of this run at a time holds the lock of that name."""
    with (shared_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
