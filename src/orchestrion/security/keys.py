"""Where the master key comes from: the environment, a named file, or a file that is made at the first start."""

from __future__ import annotations

import os
import stat
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from orchestrion.model.errors import UnavailableError
from orchestrion.security.vault import KEY_BYTES

VARIABLE = "ORCHESTRION_MASTER_KEY"
FILE_NAME = "master.key"
_CREDENTIALS = "CREDENTIALS_DIRECTORY"


def find_master_key(environment: Mapping[str, str], key_file: Path | None, data_folder: Path) -> bytes | None:
    """The master key of the environment variable, else of `key_file`, else of the data folder; None without any.

    Raises UnavailableError for a key that cannot be read, and for a file that others may read.
    """
    if text := environment.get(VARIABLE):
        return decoded(text, f"the variable {VARIABLE}")
    if key_file is not None:
        return read_key_file(key_file, is_guarded=_is_credential(key_file, environment))
    default = data_folder / FILE_NAME
    return read_key_file(default) if default.exists() else None


def create_master_key(path: Path) -> bytes:
    """Makes a new key and stores it durably in a file that only its owner may read.

    Raises FileExistsError when there is a file: a key is never overwritten, since what it sealed would be lost.
    """
    key = os.urandom(KEY_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w") as file:
        os.fchmod(descriptor, stat.S_IRUSR | stat.S_IWUSR)  # whatever the umask was
        file.write(encoded(key) + "\n")
        file.flush()
        os.fsync(descriptor)
    _sync_folder(path.parent)
    return key


def read_key_file(path: Path, *, is_guarded: bool = False) -> bytes:
    """The key in a file; raises UnavailableError when it is missing, no key, or readable by others.

    A guarded file is kept from others by its folder, whatever its own rights say.
    """
    try:
        if not is_guarded and stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
            raise UnavailableError(f"Others may read the master key in {path}. Run: chmod 600 {path}")
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"The master key in {path} cannot be read: {error}") from error
    return decoded(text, str(path))


def _is_credential(path: Path, environment: Mapping[str, str]) -> bool:
    """Whether the service manager handed the file over (systemd's LoadCredential=).

    Its folder is for this service alone. The file's reader is named in an access list, which `stat` shows as rights of
    the group.
    """
    folder = environment.get(_CREDENTIALS)
    return bool(folder) and path.parent == Path(str(folder))


def encoded(key: bytes) -> str:
    """A key as text, for a file or a variable."""
    return urlsafe_b64encode(key).decode()


def decoded(text: str, source: str) -> bytes:
    """The key that a text holds; raises UnavailableError, naming the source, when it holds none."""
    try:
        key = b64decode(text.strip(), altchars=b"-_", validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UnavailableError(f"There is no master key in {source}: expected {KEY_BYTES} bytes as base64 text.")
    return key


def _sync_folder(folder: Path) -> None:
    """Makes the new file's name durable too: a crash must not lose the key of what was sealed with it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
