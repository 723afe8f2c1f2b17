"""Commands about runbook servers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic_core import to_jsonable_python

from orchestrion.cli.failures import CommandError, ExitCode, reports_failures
from orchestrion.cli.options import AsJson, Config, Database, DataDir, KeyFile, Token, Url, calls_api
from orchestrion.cli.terminal import terminal
from orchestrion.settings import load

app = typer.Typer(help="Runbook servers.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens that let runbook servers with new names in.", no_args_is_help=True)
defaults = typer.Typer(help="Where runbooks run that say nothing else.", no_args_is_help=True)
app.add_typer(tokens, name="token")
app.add_typer(defaults, name="default")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The server's name.")]
_LOOK_SECONDS = 1.0  # how often a server that is drained is looked at
_COLUMNS = ("name", "status", "role", "running", "limit", "monitors", "tags", "version", "last_seen_at")
_SHOWN = (
    "id",
    "name",
    "status",
    "role",
    "is_leader",
    "running",
    "limit",
    "capacity",
    "monitors",
    "monitor_capacity",
    "tags",
    "machine",
    "process_id",
    "version",
    "started_at",
    "last_seen_at",
    "wanted_at",
)


@app.command("list")
@calls_api
def list_servers(api: Any, as_json: AsJson = False) -> None:
    """List the runbook servers in their order.

    The first is the primary; it is filled before the next gets anything.
    """
    _listed(api.get("/servers"), as_json=as_json)


@app.command("show")
@calls_api
def show(api: Any, name: Name, as_json: AsJson = False) -> None:
    """Show one runbook server with its packs."""
    _shown(_found(api, name), as_json=as_json)


@app.command("promote")
@calls_api
def promote(
    api: Any,
    name: Name,
    to_primary: Annotated[bool, typer.Option("--to-primary", help="To the first place.")] = False,
    as_json: AsJson = False,
) -> None:
    """Move a server one place up in the order.

    What runs stays where it is.
    """
    path = f"/servers/{_found(api, name)['id']}/promote"
    _listed(api.post(path, {"to_primary": to_primary}), as_json=as_json)


@app.command("demote")
@calls_api
def demote(api: Any, name: Name, as_json: AsJson = False) -> None:
    """Move a server one place down in the order."""
    _listed(api.post(f"/servers/{_found(api, name)['id']}/demote", {}), as_json=as_json)


@app.command("limit")
@calls_api
def limit(
    api: Any,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The server's name, or * for all.")],
    count: Annotated[str, typer.Argument(metavar="COUNT", help="A number, or `none` for the server's own capacity.")],
    as_json: AsJson = False,
) -> None:
    """Say how many instances a server runs at once.

    That holds from its next claim on; nothing is restarted.
    """
    body = {"limit": None if count == "none" else _number(count)}
    if name == "*":
        return _listed(api.put("/server-limits", body), as_json=as_json)
    return _shown(api.put(f"/servers/{_found(api, name)['id']}/limit", body), as_json=as_json)


@app.command("drain")
@calls_api
def drain(
    api: Any,
    name: Name,
    now: Annotated[
        bool, typer.Option("--now", help="What runs goes on elsewhere, instead of here to its end.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it runs nothing any more.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let a server take nothing new, until it is resumed or its process is started anew.

    Its monitors go to other servers at once.
    """
    drained = api.post(f"/servers/{_found(api, name)['id']}/drain", {"now": now})
    _shown(_emptied(api, drained) if wait else drained, as_json=as_json)


@app.command("maintenance")
@calls_api
def maintenance(
    api: Any,
    name: Name,
    switch: Annotated[str, typer.Argument(metavar="on|off", help="Whether it begins or ends.")],
    as_json: AsJson = False,
) -> None:
    """Begin or end maintenance: the server takes nothing new, also when it is started anew."""
    if switch not in {"on", "off"}:
        raise CommandError(ExitCode.USAGE, f"'{switch}' is neither on nor off.")
    path = f"/servers/{_found(api, name)['id']}/maintenance"
    _shown(api.post(path, {"on": switch == "on"}), as_json=as_json)


@app.command("resume")
@calls_api
def resume(api: Any, name: Name, as_json: AsJson = False) -> None:
    """Let a server work again that was drained or in maintenance."""
    _shown(api.post(f"/servers/{_found(api, name)['id']}/resume", {}), as_json=as_json)


@app.command("remove")
@calls_api
def remove(api: Any, name: Name) -> None:
    """Forget a server that is offline and owns nothing."""
    api.delete(f"/servers/{_found(api, name)['id']}")
    terminal().say(f"Removed {name}.")


@app.command("reset-credential")
@calls_api
def reset_credential(api: Any, name: Name) -> None:
    """Take a server's credential away.

    The next server of that name has to be enrolled: see `orchestrion server token create`.
    """
    api.delete(f"/servers/{_found(api, name)['id']}/credential")
    terminal().say(f"{name} has to be enrolled anew when it registers the next time.")


@defaults.command("show")
@calls_api
def show_defaults(api: Any, as_json: AsJson = False) -> None:
    """Show where runbooks run that say nothing else, and how servers share the work."""
    _defaults(api.get("/server-defaults"), as_json=as_json)


@defaults.command("set")
@calls_api
def set_defaults(
    api: Any,
    server: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVER]...", help="Names, or tags as tag:NAME=VALUE; none: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set the servers that may run what says nothing else."""
    _defaults(api.patch("/server-defaults", {"servers": server or []}), as_json=as_json)


@defaults.command("assignment")
@calls_api
def set_assignment(
    api: Any,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="spill-over, least-loaded or round-robin.")],
    as_json: AsJson = False,
) -> None:
    """Set how the permitted servers share the work."""
    _defaults(api.patch("/server-defaults", {"assignment": policy}), as_json=as_json)


@tokens.command("create")
@reports_failures
def create_token(
    *,
    uses: Annotated[int, typer.Option(min=1, max=1000, help="How many servers it lets in.")] = 1,
    hours: Annotated[float, typer.Option(help="For so long.")] = 24,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="What those servers are; may be repeated.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the token alone.")] = False,
    local: Annotated[
        bool, typer.Option("--local", help="Make it in the database itself, without a web service or a sign-in.")
    ] = False,
    database: Database = None,
    key_file: KeyFile = None,
    config: Config = None,
    data_dir: DataDir = None,
    url: Url = None,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Make an enrolment token; it is shown only now.

    Start the server with --enrol TOKEN, or with ORCHESTRION_ENROL. With --local it needs database and master key, as
    `web` does, and makes the database where it is new; --database, --key-file and --config are for that alone.
    """
    order = {"uses": uses, "hours": hours, "tags": tag or []}
    reach = {"database": database, "key_file": key_file}
    if local:
        made = _made_locally(order, {**reach, "data_dir": data_dir}, config)
    elif config or any(reach.values()):
        raise CommandError(ExitCode.USAGE, "--database, --key-file and --config only make sense with --local.")
    else:
        made = _made_by_api(order, {"url": url, "token": token, "data_dir": data_dir})
    if as_json:
        return terminal().json(made)
    terminal().say(made["token"])
    if not quiet:
        servers = "one server" if made["uses"] == 1 else f"{made['uses']} servers"
        terminal().note(f"It lets {servers} in until {made['expires_at']}, and is shown only now.")
    return None


@tokens.command("list")
@calls_api
def list_tokens(api: Any, as_json: AsJson = False) -> None:
    """List the enrolment tokens, newest first; the tokens themselves are not kept."""
    found = api.get("/enrolment-tokens")
    if as_json:
        return terminal().json(found)
    columns = ("id", "used", "uses", "tags", "created_by", "expires_at", "revoked_at")
    rows = [[_text(each[name]) for name in columns] for each in found]
    return terminal().table(("id", "used", "of", "tags", "made by", "until", "revoked"), rows)


@tokens.command("revoke")
@calls_api
def revoke_token(api: Any, token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id.")]) -> None:
    """Let nobody in with a token any longer; servers that came in with it stay."""
    api.delete(f"/enrolment-tokens/{token_id}")
    terminal().say("Revoked.")


def _made_by_api(order: dict[str, Any], where: dict[str, Any]) -> Any:
    from orchestrion.cli.client import connect

    with connect(**where) as api:
        return api.post("/enrolment-tokens", order)


def _made_locally(order: dict[str, Any], flags: dict[str, Any], config: Path | None) -> Any:
    """The token as the API would show it."""
    import anyio

    from orchestrion.bootstrap.maintenance import create_enrolment_token

    settings = load(flags, config).settings
    made = anyio.run(create_enrolment_token, settings, order["uses"], order["hours"], order["tags"])
    return to_jsonable_python(asdict(made.token) | {"token": made.secret})


def _emptied(api: Any, drained: Any) -> Any:
    """The drained server as soon as it runs nothing any more; what is left is told when it changes."""
    import anyio

    found, told = drained, None
    while found["running"] or found["monitors"]:
        left = f"{found['name']} still runs {found['running']}, and watches for {found['monitors']} monitors."
        if left != told:
            terminal().note(left)
        told = left
        anyio.run(anyio.sleep, _LOOK_SECONDS)
        found = api.get(f"/servers/{found['id']}")
        if found["status"] == "online":
            raise CommandError(ExitCode.REFUSED, f"{found['name']} takes work again, before it was empty.")
    return found


def _found(api: Any, name: str) -> Any:
    """The server called so."""
    for each in api.get("/servers"):
        if name in {each["name"], each["id"]}:
            return each
    raise CommandError(ExitCode.REFUSED, f"There is no runbook server '{name}'.")


def _number(text: str) -> int:
    if not text.isdecimal():
        raise CommandError(ExitCode.USAGE, f"'{text}' is no number of instances: write a whole number, or `none`.")
    return int(text)


def _listed(found: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(found)
    rows = [[_text(each[name]) for name in _COLUMNS] for each in map(_limited, found)]
    heads = ("name", "status", "role", "running", "of", "monitors", "tags", "version", "last seen")
    return terminal().table(heads, rows)


def _limited(found: Any) -> Any:
    """The server with the limit that counts, and with what makes it special beside its role."""
    role = f"{found['role']}, leader" if found["is_leader"] else found["role"]
    return found | {"limit": found["limit"] or found["capacity"], "role": role}


def _shown(found: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(found)
    fields = {name: _text(found[name]) for name in _SHOWN}
    packs = ", ".join(f"{each['id']} {each['version']}" for each in found["packs"])
    return terminal().fields(fields | {"packs": packs})


def _defaults(found: Any, *, as_json: bool) -> None:
    if as_json:
        return terminal().json(found)
    return terminal().fields({"servers": ", ".join(found["servers"]) or "all", "assignment": found["assignment"]})


def _text(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) else value
