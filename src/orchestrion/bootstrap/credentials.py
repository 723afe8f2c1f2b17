"""The credential by which a runbook server shows that its name is its own: a file in its data folder."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from orchestrion.bootstrap.data_folder import prepare
from orchestrion.model.errors import UnavailableError
from orchestrion.ports.servers import Papers
from orchestrion.security.tokens import SystemSecrets
from orchestrion.settings import Settings

_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR


def papers(settings: Settings, *, is_at_home: bool) -> Papers:
    """What the server of these settings shows when it registers; its credential is made when there is none.

    Raises UnavailableError when the file cannot be read or made, ConfigurationError for that of the token.
    """
    secrets = SystemSecrets()
    token = "" if is_at_home else settings.enrolment
    return Papers(
        secrets.digest(_credential(credential_path(settings), secrets)),
        secrets.digest(token) if token else "",
        is_at_home,
    )


def credential_path(settings: Settings) -> Path:
    """Where it lies; several servers may share a data folder."""
    return settings.data_dir / f"server-{quote(settings.name, safe='')}.credential"


def _credential(path: Path, secrets: SystemSecrets) -> str:
    prepare(path.parent)
    if not path.exists():
        try:
            _make(path, secrets.token())
        except OSError as error:
            raise UnavailableError(
                f"The runbook server's credential {path} cannot be made: {error.strerror}."
            ) from error
    return _read(path)


def _make(path: Path, secret: str) -> None:
    """Makes the file whole or not at all; one that somebody else has made meanwhile stays."""
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(scratch, path)
    finally:
        scratch.unlink()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnavailableError(f"The runbook server's credential {path} cannot be read: {error}.") from error
