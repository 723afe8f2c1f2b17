"""Which server a command talks to, and with which token."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from orchestrion.bootstrap.data_folder import LocalClient, read_local_client
from orchestrion.cli.failures import CommandError, ExitCode
from orchestrion.settings import LOCAL_CLIENT_FILE, load

_CHECKOUT_DATA = Path(".data")  # where `make up` keeps its data


@dataclass
class Logins:
    """The tokens that `orchestrion login` stored, by address, and the address used last."""

    last: str = ""
    tokens: dict[str, str] = field(default_factory=dict)


_LOGINS = TypeAdapter(Logins)


@dataclass(frozen=True, slots=True)
class Target:
    """A server to talk to; `ca` is a certificate to trust."""

    url: str
    token: str
    ca: str | None = None


def find_target(url: str | None, token: str | None, data_dir: Path | None, environment: Mapping[str, str]) -> Target:
    """The server to talk to: flags, then variables, then a named data folder, then a stored login, then this machine's.

    Raises CommandError when nothing says how to reach one.
    """
    url, token = url or environment.get("ORCHESTRION_URL"), token or environment.get("ORCHESTRION_TOKEN")
    if url is None and (data_dir is not None or environment.get("ORCHESTRION_DATA_DIR")):
        local = _local([load({"data_dir": data_dir}).settings.data_dir])
        return _with_token(local, token) if local else _refuse_folder(data_dir)
    logins = read_logins()
    if url is not None:
        return _known(url.rstrip("/"), token, logins)
    if logins.last in logins.tokens:
        return Target(logins.last, token or logins.tokens[logins.last])
    local = _local(_default_folders())
    if local is None:
        raise CommandError(
            ExitCode.UNREACHABLE,
            "No server is known. Start one with `orchestrion up`, sign in with `orchestrion login URL`, or name one "
            "with --url and --token.",
        )
    return _with_token(local, token)


def logins_path() -> Path:
    """The file with stored logins, in the user's configuration folder."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "orchestrion" / "logins.json"


def read_logins() -> Logins:
    """What is stored; nothing when the file is missing or broken."""
    try:
        return _LOGINS.validate_json(logins_path().read_bytes())
    except (OSError, ValidationError):
        return Logins()


def write_logins(logins: Logins) -> None:
    """Stores logins in a file that only its owner may read."""
    path = logins_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, stat.S_IRUSR | stat.S_IWUSR)
        file.write(to_json(logins, indent=2) + b"\n")


def _known(url: str, token: str | None, logins: Logins) -> Target:
    """The server at `url`, with the token that is known for it when none was given."""
    local = _local(_default_folders())
    if local is not None and local.url == url:
        return _with_token(local, token)
    found = token or logins.tokens.get(url)
    if found is None:
        raise CommandError(
            ExitCode.REFUSED, f"No token is known for {url}. Run `orchestrion login {url}`, or give one with --token."
        )
    return Target(url, found)


def _with_token(local: LocalClient, token: str | None) -> Target:
    return Target(local.url, token or local.token, local.ca)


def _default_folders() -> list[Path]:
    return [load().settings.data_dir, _CHECKOUT_DATA]


def _local(folders: list[Path]) -> LocalClient | None:
    return next((found for folder in folders if (found := read_local_client(folder)) is not None), None)


def _refuse_folder(data_dir: Path | None) -> Target:
    raise CommandError(
        ExitCode.UNREACHABLE,
        f"There is no {LOCAL_CLIENT_FILE} in {data_dir or 'the data folder'}: no server has been started there.",
    )
