"""The data folder: one process at a time, and what the command line needs to reach it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from orchestrion.model.errors import UnavailableError
from orchestrion.settings import LOCAL_CLIENT_FILE, Settings

_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
_LOCK_FILE = "up.lock"


@dataclass(frozen=True, slots=True)
class LocalClient:
    """How the command line on this machine reaches the running server."""

    url: str
    token: str
    ca: str | None = None
    """The server's own certificate, where it speaks TLS."""


_LOCAL_CLIENT = TypeAdapter(LocalClient)


def prepare(folder: Path) -> None:
    """Makes the folder, readable by its owner alone; raises UnavailableError when that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UnavailableError(f"The data folder {folder} cannot be made: {error.strerror}.") from error


@contextlib.contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Holds the data folder, and the SQLite file wherever it lies, for this process alone.

    Raises UnavailableError that names the process which holds it.
    """
    prepare(settings.data_dir)
    paths = {settings.data_dir / _LOCK_FILE}
    if settings.is_sqlite:
        file = sqlite_file(settings.database_url)
        prepare(file.parent)
        paths.add(file.with_name(file.name + ".lock"))
    with contextlib.ExitStack() as stack:
        for path in sorted(paths):
            stack.enter_context(_held(path))
        yield


def sqlite_file(url: str) -> Path:
    """The file behind `sqlite:///path`."""
    return Path(urlsplit(url).path.removeprefix("/") or "orchestrion.db").absolute()


def keep_private(file: Path) -> None:
    """Sees to it that only its owner may read the SQLite file, and what SQLite keeps beside it.

    A new one is made empty: SQLite takes it over with its rights. Raises UnavailableError when that cannot be.
    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY))
        for suffix in ("", "-wal", "-shm"):
            _tighten(file.with_name(file.name + suffix))
    except OSError as error:
        raise UnavailableError(f"The database file {file} cannot be kept private: {error.strerror}.") from error


def _tighten(path: Path) -> None:
    """Takes all rights from everybody but the owner; a file that is not there needs none taken."""
    with contextlib.suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & ~stat.S_IRWXU:
            path.chmod(mode & stat.S_IRWXU)


@contextlib.contextmanager
def _held(path: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 100, 0).decode(errors="replace").strip() or "unknown"
            raise UnavailableError(
                f"Another process (number {holder}) runs Orchestrion on the data folder {path.parent}. Stop it first, "
                "or choose another folder with --data-dir."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def read_local_client(folder: Path) -> LocalClient | None:
    """What the server on this folder left for the command line, or None."""
    try:
        return _LOCAL_CLIENT.validate_json((folder / LOCAL_CLIENT_FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def write_local_client(folder: Path, client: LocalClient) -> None:
    """Leaves address and token for the command line, readable by the folder's owner alone."""
    path = folder / LOCAL_CLIENT_FILE
    scratch = path.with_suffix(".new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, _OWNER_ONLY)
        file.write(to_json(asdict(client), indent=2) + b"\n")
    scratch.replace(path)
