"""Configuration: flags, then ORCHESTRION_* variables, then `orchestrion.toml`, then defaults.

Every value is known with its source, so that `orchestrion config` can tell why it is what it is.
"""

from __future__ import annotations

import os
import re
import socket
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from orchestrion.model.assignment import is_tag
from orchestrion.model.errors import InvalidError

PREFIX = "ORCHESTRION_"
FILE_NAME = "orchestrion.toml"
LOCAL_CLIENT_FILE = "client.json"  # in the data folder: how the command line reaches the running server
DEFAULT_PORT = 8420
#: Settings with several values, and the flag that is given once for each.
LIST_FLAGS = {"allowed_hosts": "--allowed-host", "trusted_proxies": "--trusted-proxy", "tags": "--tag"}
_DATABASE_URL = re.compile(r"(sqlite:///.|postgresql(\+asyncpg)?://.)")
#: Variables that are no settings: read where they are needed, and the command line's own.
OTHER_VARIABLES = {
    "ORCHESTRION_MASTER_KEY": "the master key itself, instead of a key file",
    "ORCHESTRION_CONFIG": "the configuration file, as --config",
    "ORCHESTRION_URL": "the address that the command line talks to, as --url",
    "ORCHESTRION_TOKEN": "the API token that the command line sends, as --token",
    "ORCHESTRION_PASSWORD": "the password for `orchestrion login`",
}


class ConfigurationError(InvalidError):
    """A setting that cannot be used; the message names it and where it came from."""

    code = "configuration"


def default_data_dir() -> Path:
    """Where data lies when nobody says where: the user's data folder."""
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "orchestrion"


def _split(value: object) -> object:
    """A text with commas as a list, so that a variable can hold several."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Settings(BaseSettings):
    """Everything that can be set, the same for all commands that run a server."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, use_attribute_docstrings=True, env_ignore_empty=True
    )

    data_dir: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        default_factory=default_data_dir
    )
    """The folder with the SQLite database, the master key and the command line's token."""
    database: SecretStr | None = None
    """The orchestration database: `sqlite:///FILE` or `postgresql://USER@HOST:PORT/NAME`; a file in the data folder
    when not set."""
    database_password_file: Path | None = None
    """A file with nothing but the password of the database's user, for an address without it. No flag sets it."""
    host: str = "127.0.0.1"
    """The address that the web service binds to; `0.0.0.0` for all."""
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535)
    """The port of the web service; 0 takes a free one."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Names that browsers may use for the web service, besides those of the loopback and IP addresses."""
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or networks of reverse proxies: what they say in `X-Forwarded-Proto` and `X-Forwarded-For` decides
    whether cookies are `Secure` and which address the audit names. Nobody else is believed."""
    tls_cert: Path | None = None
    """A PEM file with the certificate (and its chain); with `tls_key` the web service speaks TLS."""
    tls_key: Path | None = None
    """The PEM file with the certificate's private key."""
    key_file: Path | None = None
    """The master key for secrets; `master.key` in the data folder when not set."""
    name: str = Field(default_factory=socket.gethostname, min_length=1, max_length=200)
    """The name of the runbook server."""
    capacity: int = Field(default=500, ge=1, le=100_000)
    """How many runbook instances the runbook server runs at once."""
    monitor_capacity: int = Field(default=10_000, ge=0, le=10_000)
    """For how many monitors the runbook server watches at once."""
    tags: Annotated[tuple[str, ...], NoDecode] = ()
    """What the runbook server is, such as `zone=dmz`: runbooks can ask for it."""
    enrol: SecretStr | None = None
    """The token that lets a runbook server with a new name in; `orchestrion server token create` makes one."""
    enrol_file: Path | None = None
    """A file with that token; a server that was let in needs neither. No flag sets it."""
    lease_seconds: float = Field(default=15.0, ge=2.0, le=3600.0)
    """A runbook server that has not been heard of for so long is taken for dead, and its work goes to others."""
    beat_seconds: float = Field(default=3.0, ge=0.2, le=1200.0)
    """How often a runbook server says that it lives; at most a third of `lease_seconds`."""
    samples: Path | None = None
    """A folder with runbooks that are imported when the database is new."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What is worth a line in the log."""
    log_format: Literal["auto", "console", "json"] = "auto"
    """How log lines look; `auto` is `console` at a terminal, else `json`."""
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    """A port of its own for `/metrics` and `/health`, without sign-in; none when not set."""
    metrics_host: str = "127.0.0.1"
    """The address of that port; one that others can reach needs `metrics_token_file`."""
    metrics_token_file: Path | None = None
    """A file with the token that Prometheus must send to that port. No flag sets it."""
    otlp_endpoint: str | None = Field(default=None, pattern=r"^https?://[^/\s]+")
    """Where traces are sent: the address of an OpenTelemetry collector, such as `http://127.0.0.1:4318`; none when
    not set."""
    trace_share: float = Field(default=1.0, ge=0.0, le=1.0)
    """Which part of the traces that begin here is sent; 1 is all. No flag sets it."""

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, data: dict[str, Any]) -> dict[str, Any]:
        return data | {name: _split(data[name]) for name in LIST_FLAGS if name in data}

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for each in proxies:
            try:
                ip_network(each)
            except ValueError:
                raise ValueError("use an address such as 192.0.2.7 or a network such as 192.0.2.0/24") from None
        return proxies

    @field_validator("tags")
    @classmethod
    def _check_tags(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(is_tag, tags)):
            raise ValueError("write NAME=VALUE, such as zone=dmz")
        return tags

    @model_validator(mode="after")
    def _check_tls(self) -> Settings:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key only make sense together")
        return self

    @model_validator(mode="after")
    def _check_lease(self) -> Settings:
        if self.beat_seconds > self.lease_seconds / 3:
            raise ValueError("beat_seconds must be at most a third of lease_seconds")
        return self

    @model_validator(mode="after")
    def _check_metrics(self) -> Settings:
        if self.metrics_port is not None and not is_loopback(self.metrics_host) and self.metrics_token_file is None:
            raise ValueError("metrics_host can be reached from elsewhere: that needs a metrics_token_file")
        return self

    @field_validator("database")
    @classmethod
    def _check_database(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and _DATABASE_URL.match(url.get_secret_value()) is None:
            raise ValueError("use sqlite:///FILE or postgresql://USER@HOST:PORT/NAME")
        return url

    @model_validator(mode="after")
    def _check_password_file(self) -> Settings:
        if self.database_password_file is not None:
            address = urlsplit(self.database.get_secret_value() if self.database else "")
            if not address.username or address.password is not None:
                raise ValueError(
                    "database_password_file needs a database of the form postgresql://USER@HOST:PORT/NAME, with the "
                    "user and without a password"
                )
        return self

    @property
    def database_url(self) -> str:
        """The database's URL, whether set or not, with its password.

        Raises ConfigurationError when the password's file cannot be read.
        """
        if self.database is None:
            return f"sqlite:///{self.data_dir / 'orchestrion.db'}"
        url = self.database.get_secret_value()
        return url if self.database_password_file is None else _with_password(url, self.database_password_file)

    @property
    def enrolment(self) -> str:
        """The enrolment token, or nothing: a server that was let in starts when the file is empty, or gone.

        Raises ConfigurationError when there is a file that cannot be read.
        """
        if self.enrol is not None:
            return self.enrol.get_secret_value()
        return "" if self.enrol_file is None else _read_line(self.enrol_file, "enrolment token", missing="")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one file, for one process."""
        return self.database_url.startswith("sqlite")

    def check_driver(self) -> None:
        """Raises ConfigurationError where PostgreSQL is wanted and its driver is not installed."""
        if not self.is_sqlite and find_spec("asyncpg") is None:
            raise ConfigurationError("PostgreSQL needs its driver: install the package as `orchestrion[postgres]`.")

    @property
    def is_secure(self) -> bool:
        """Whether the web service speaks TLS itself."""
        return self.tls_cert is not None

    @property
    def is_local(self) -> bool:
        """Whether the web service can be reached from this machine only."""
        return is_loopback(self.host)

    @property
    def is_wildcard(self) -> bool:
        """Whether the web service binds to every address."""
        return self.host in {"0.0.0.0", "::", ""}  # noqa: S104 - this asks, it does not bind

    @property
    def hosts(self) -> tuple[str, ...]:
        """All names that browsers may use besides the loopback's."""
        own = () if self.is_local else (socket.gethostname(), socket.getfqdn())
        return (*self.allowed_hosts, *own) if self.is_wildcard or self.is_local else (self.host, *self.allowed_hosts)


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings with the source of each, by name: `flag`, `variable`, `file` or `default`."""

    settings: Settings
    sources: Mapping[str, str]
    file: Path | None
    unknown_variables: tuple[str, ...]


def load(flags: Mapping[str, Any] | None = None, config: Path | None = None) -> Loaded:
    """The settings of this process; flags that are None do not count. Raises ConfigurationError."""
    given = {name: value for name, value in (flags or {}).items() if value is not None and value != []}
    try:
        variables = EnvSettingsSource(Settings)()
    except SettingsError as error:
        raise ConfigurationError(str(error)) from error
    path = _file_path(given, variables, config)
    from_file = _read(path) if path is not None else {}
    sources = _sources(given, variables, from_file)
    try:
        settings = Settings(**(from_file | variables | given))
    except ValidationError as error:
        raise ConfigurationError(_explained(error, sources, path)) from None
    return Loaded(settings, sources, path, _unknown_variables())


def shown(settings: Settings, name: str) -> Any:
    """The value of a setting as it may be shown: secrets masked, paths and lists as text."""
    value = settings.database_url if name == "database" else getattr(settings, name)
    if name == "database":
        return masked_url(str(value))
    if isinstance(value, (Path, SecretStr)):
        return str(value)  # of a secret: stars
    return list(value) if isinstance(value, tuple) else value


def masked_url(url: str) -> str:
    """The URL with stars in place of a password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, rest = parts.netloc.partition(":")
    return urlunsplit(parts._replace(netloc=f"{user}:***@{rest.rpartition('@')[2]}"))


def _with_password(url: str, file: Path) -> str:
    """The URL with the password that the file holds; one line end after it does not belong to it."""
    password = _read_secret(file, "password")
    parts = urlsplit(url)
    user, _, rest = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{rest}"))


def _read_secret(file: Path, what: str) -> str:
    """What a file holds that must not be empty."""
    secret = _read_line(file, what)
    if not secret:
        raise ConfigurationError(f"There is no {what} in {file}.")
    return secret


def _read_line(file: Path, what: str, missing: str | None = None) -> str:
    """What a file holds, or `missing` where there is none; one line end after it does not belong to it."""
    try:
        return file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        if missing is not None and isinstance(error, FileNotFoundError):
            return missing
        raise ConfigurationError(f"The {what} in {file} cannot be read: {error}") from error


def _file_path(given: Mapping[str, Any], variables: Mapping[str, Any], config: Path | None) -> Path | None:
    """The configuration file: the one that was named, which must exist, or the one in the data folder."""
    named = config or (Path(os.environ["ORCHESTRION_CONFIG"]) if os.environ.get("ORCHESTRION_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise ConfigurationError(f"There is no configuration file {named}.")
        return named
    folder = Path(given.get("data_dir") or variables.get("data_dir") or default_data_dir()).expanduser()
    default = folder / FILE_NAME
    return default if default.is_file() else None


def _read(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    unknown = sorted(set(found) - set(Settings.model_fields))
    if unknown:
        known = ", ".join(Settings.model_fields)
        raise ConfigurationError(f"{path}: there is no setting '{unknown[0]}'. There are: {known}.")
    return found


def _sources(*given: Mapping[str, Any]) -> dict[str, str]:
    names = ("flag", "variable", "file")
    return {
        field: next((name for name, values in zip(names, given, strict=True) if field in values), "default")
        for field in Settings.model_fields
    }


def _explained(error: ValidationError, sources: Mapping[str, str], path: Path | None) -> str:
    """The first mistake in words; values are left out, they may be secret."""
    first = error.errors(include_input=False, include_url=False)[0]
    message = str(first["msg"]).removeprefix("Value error, ")
    name = str(first["loc"][0]) if first["loc"] else ""
    if not name:
        return f"The configuration cannot be used: {message}."
    spots = {
        "flag": LIST_FLAGS.get(name, f"--{name.replace('_', '-')}"),
        "variable": f"{PREFIX}{name.upper()}",
        "file": f"'{name}' in {path}",
    }
    return f"{spots.get(sources.get(name, ''), name)}: {message[:1].lower()}{message[1:]}."


def _unknown_variables() -> tuple[str, ...]:
    """Variables with our prefix that mean nothing: most likely misspelt."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(OTHER_VARIABLES)
    return tuple(sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known))
