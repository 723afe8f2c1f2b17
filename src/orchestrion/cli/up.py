"""Commands that run servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.options import Config, Database, DataDir, KeyFile
from orchestrion.cli.terminal import terminal
from orchestrion.settings import Settings, load

Host = Annotated[str | None, typer.Option(help="The address to bind to; the loopback unless told otherwise.")]
Port = Annotated[int | None, typer.Option(help="The port of the web service; 8420 unless told otherwise.")]
Name = Annotated[str | None, typer.Option(help="The name of the runbook server; this machine's unless told otherwise.")]
Capacity = Annotated[int | None, typer.Option(help="How many runbook instances run at once.")]
AllowedHost = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="A name that browsers may use; may be repeated.")
]
TrustedProxy = Annotated[
    list[str] | None,
    typer.Option(metavar="ADDRESS", help="A reverse proxy (or network) whose X-Forwarded-* count; may be repeated."),
]
TlsCert = Annotated[Path | None, typer.Option(help="PEM file with the certificate.")]
TlsKey = Annotated[Path | None, typer.Option(help="PEM file with the certificate's private key.")]
Tag = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="What the runbook server is; may be repeated.")
]
MonitorCapacity = Annotated[int | None, typer.Option(help="For how many monitors it watches at once.")]
Enrol = Annotated[
    str | None, typer.Option(metavar="TOKEN", help="Lets a server with a new name in; `server token create` makes one.")
]
Samples = Annotated[Path | None, typer.Option(help="A folder with runbooks to import into a new database.")]
LogLevel = Annotated[str | None, typer.Option(help="debug, info, warning or error.")]
LogFormat = Annotated[str | None, typer.Option(help="auto, console or json.")]
MetricsPort = Annotated[int | None, typer.Option(help="A port for /metrics and /health, without sign-in.")]
MetricsHost = Annotated[str | None, typer.Option(help="The address of that port; the loopback unless told otherwise.")]
OtlpEndpoint = Annotated[str | None, typer.Option(help="The OpenTelemetry collector that traces are sent to.")]


@reports_failures
def up(
    *,
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    database: Database = None,
    config: Config = None,
    key_file: KeyFile = None,
    allowed_host: AllowedHost = None,
    trusted_proxy: TrustedProxy = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    name: Name = None,
    capacity: Capacity = None,
    monitor_capacity: MonitorCapacity = None,
    tag: Tag = None,
    samples: Samples = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = None,
    otlp_endpoint: OtlpEndpoint = None,
) -> None:
    """Start everything in one process.

    That is the web service with API and console, and a runbook server.
    """
    from orchestrion.bootstrap.running import run_up

    flags = {**_web_flags(host, port, tls_cert, tls_key), **_worker(name, capacity, monitor_capacity, tag)}
    flags |= {"allowed_hosts": allowed_host, "trusted_proxies": trusted_proxy}
    flags |= _observing(metrics_port, metrics_host, otlp_endpoint)
    flags |= {"samples": samples, **_common(data_dir, database, key_file, log_level, log_format)}
    _run(run_up, flags, config)


@reports_failures
def web(
    *,
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    database: Database = None,
    config: Config = None,
    key_file: KeyFile = None,
    allowed_host: AllowedHost = None,
    trusted_proxy: TrustedProxy = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = None,
    otlp_endpoint: OtlpEndpoint = None,
) -> None:
    """Start the web service alone.

    It offers API and console on PostgreSQL; runbook servers run elsewhere.
    """
    from orchestrion.bootstrap.running import run_web

    flags = _web_flags(host, port, tls_cert, tls_key)
    flags |= {"allowed_hosts": allowed_host, "trusted_proxies": trusted_proxy}
    flags |= _observing(metrics_port, metrics_host, otlp_endpoint)
    _run(run_web, flags | _common(data_dir, database, key_file, log_level, log_format), config)


@reports_failures
def runbook_server(
    *,
    data_dir: DataDir = None,
    database: Database = None,
    config: Config = None,
    key_file: KeyFile = None,
    name: Name = None,
    capacity: Capacity = None,
    monitor_capacity: MonitorCapacity = None,
    tag: Tag = None,
    enrol: Enrol = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = None,
    otlp_endpoint: OtlpEndpoint = None,
) -> None:
    """Start one runbook server alone.

    It works on PostgreSQL; any number may run, each with a name of its own.
    """
    from orchestrion.bootstrap.running import run_runbook_server

    flags = {**_worker(name, capacity, monitor_capacity, tag), "enrol": enrol}
    flags |= _common(data_dir, database, key_file, log_level, log_format)
    flags |= _observing(metrics_port, metrics_host, otlp_endpoint)
    _run(run_runbook_server, flags, config)


def _run(
    serve: Callable[[Settings, Callable[[str], None]], Awaitable[None]], flags: dict[str, Any], config: Path | None
) -> None:
    from orchestrion.bootstrap.loop import run_server

    settings = load(flags, config).settings
    run_server(serve, settings, terminal().say)


def _web_flags(host: str | None, port: int | None, tls_cert: Path | None, tls_key: Path | None) -> dict[str, Any]:
    return {"host": host, "port": port, "tls_cert": tls_cert, "tls_key": tls_key}


def _worker(name: str | None, capacity: int | None, monitors: int | None, tags: list[str] | None) -> dict[str, Any]:
    return {"name": name, "capacity": capacity, "monitor_capacity": monitors, "tags": tags}


def _observing(port: int | None, host: str | None, otlp_endpoint: str | None) -> dict[str, Any]:
    return {"metrics_port": port, "metrics_host": host, "otlp_endpoint": otlp_endpoint}


def _common(
    data_dir: Path | None, database: str | None, key_file: Path | None, log_level: str | None, log_format: str | None
) -> dict[str, Any]:
    return {
        "data_dir": data_dir,
        "database": database,
        "key_file": key_file,
        "log_level": log_level,
        "log_format": log_format,
    }
