"""Splitting program parameters into arguments as the system's own shell would, without a shell."""

import os
import re
import shlex
from collections.abc import Iterator

_IS_WINDOWS = os.name == "nt"
_PIECE = re.compile(r'(?P<slashes>\\*)(?P<quote>")|(?P<space>[ \t]+)|\\+|[^\\" \t]+')


def split_parameters(text: str, *, windows: bool = _IS_WINDOWS) -> list[str]:
    """The arguments that `text` means: by the rules of a POSIX shell's quotes, or by those of Windows programs.

    Raises ValueError for a quote that is not closed (POSIX only: on Windows it lasts to the end).
    """
    return list(_windows_arguments(text)) if windows else shlex.split(text)


def _windows_arguments(text: str) -> Iterator[str]:
    """Quotes keep blanks; backslashes count only before a quote, two for one, and an odd one makes the quote a letter.

    A quote right behind a closing one is a letter too (the rules of the C run-time since 2008).
    """
    argument: str | None = None
    is_quoted = has_closed = False
    for piece in _PIECE.finditer(text):
        if piece["space"] and not is_quoted:
            if argument is not None:
                yield argument
            argument, has_closed = None, False
        elif not piece["quote"]:
            argument, has_closed = (argument or "") + piece[0], False
        else:
            halves, odd = divmod(len(piece["slashes"]), 2)
            is_letter = bool(odd) or (has_closed and not piece["slashes"])
            argument = (argument or "") + "\\" * halves + ('"' if is_letter else "")
            is_quoted = is_quoted if odd else not is_quoted
            has_closed = not is_quoted and not odd
    if argument is not None:
        yield argument
