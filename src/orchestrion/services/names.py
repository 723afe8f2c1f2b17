"""Names and paths that people choose for folders, runbooks, variables, users and tokens."""

from __future__ import annotations

import unicodedata

from orchestrion.model.errors import InvalidError

MAX_NAME = 200  # characters: the width of the columns that store names
MAX_PATH = 2000  # characters: the width of the columns that store paths


def checked_name(kind: str, name: str) -> str:
    """The name without spaces around it and with composed characters; raises InvalidError naming the `kind`.

    Composed, because two names that look the same must be the same.
    """
    found = unicodedata.normalize("NFC", name).strip()
    if not found or len(found.casefold()) > MAX_NAME:
        raise InvalidError(f"The name of a {kind} has 1 to {MAX_NAME} characters.")
    if "/" in found or found in {".", ".."}:
        raise InvalidError(f"'{found}' cannot name a {kind}: a name is not '.' or '..' and has no '/' in it.")
    if not found.isprintable():
        raise InvalidError(f"{found!r} cannot name a {kind}: it holds characters that cannot be seen.")
    return found


def checked_path(kind: str, path: str) -> str:
    """A path of names joined by '/'; raises InvalidError naming the `kind`."""
    found = "/".join(checked_name(kind, part) for part in path.split("/"))
    if len(found.casefold()) > MAX_PATH:
        raise InvalidError(f"The path of a {kind} has at most {MAX_PATH} characters.")
    return found
