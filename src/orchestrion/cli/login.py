"""Signing in to a server once, so that commands reach it."""

from __future__ import annotations

import socket
from typing import Annotated, Any

import typer

from orchestrion.cli.failures import CommandError, ExitCode, reports_failures
from orchestrion.cli.options import AsJson
from orchestrion.cli.terminal import terminal

ServerUrl = Annotated[str, typer.Argument(metavar="URL", help="The server's address, e.g. https://runbooks:8420.")]


@reports_failures
def login(
    url: ServerUrl,
    user: Annotated[str, typer.Option("--user", prompt="User name", help="The user's name.")],
    password: Annotated[
        str, typer.Option(prompt="Password", hide_input=True, envvar="ORCHESTRION_PASSWORD", show_default=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Sign in to a server.

    An API token is made and kept, which later commands send.
    """
    from orchestrion.cli.client import Api
    from orchestrion.cli.logins import Target, read_logins, write_logins

    address = url.rstrip("/")
    with Api(Target(address, "")) as api:
        session = api.post("/session", {"user_name": user, "password": password})
        token = _token(api, session)
    logins = read_logins()
    logins.last = address
    logins.tokens[address] = token
    write_logins(logins)
    if as_json:
        return terminal().json({"url": address, "user": session["user"]["name"]})
    return terminal().say(f"Signed in to {address} as {session['user']['name']}.")


@reports_failures
def logout(url: ServerUrl, as_json: AsJson = False) -> None:
    """Forget the token for a server.

    The token itself is ended in the console, under API tokens.
    """
    from orchestrion.cli.logins import read_logins, write_logins

    logins, address = read_logins(), url.rstrip("/")
    if logins.tokens.pop(address, None) is None:
        raise CommandError(ExitCode.REFUSED, f"No token is kept for {address}.")
    logins.last = logins.last if logins.last != address else next(iter(logins.tokens), "")
    write_logins(logins)
    if as_json:
        return terminal().json({"url": address})
    return terminal().say(f"The token for {address} is forgotten.")


def _token(api: Any, session: Any) -> str:
    if session["user"]["must_change_password"]:
        raise CommandError(ExitCode.REFUSED, f"Open {api.url} and change the one-time password first.")
    headers = {"X-CSRF-Token": session["csrf_token"]}
    made = api.post("/tokens", {"name": f"Command line on {socket.gethostname()}"}, headers)
    return str(made["token"])
