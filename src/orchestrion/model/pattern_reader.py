"""The parts of a regular expression, as far as it takes to tell how long it can search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of a set; `source` is the set as a pattern."""

    source: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """What holds at some places and takes no characters, such as `$`; `source` is the pattern."""

    source: str


@dataclass(frozen=True, slots=True)
class Lookaround:
    """Something that must, or must not, stand there, and takes no characters."""

    body: Part


@dataclass(frozen=True, slots=True)
class Recall:
    """What an earlier group took, once more."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part from `least` to `most` times."""

    body: Part
    least: int
    most: float


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences, tried in order; a group is a choice of at least one."""

    options: tuple[tuple[Part, ...], ...]


Part: TypeAlias = Characters | Assertion | Lookaround | Recall | Repeat | Choice

_TOKEN = re.compile(
    r"""(?P<comment>\(\?\#[^)]*\)|\(\?[aimsuL]+\))
      | (?P<unread>\(\?[aiLmsux-]+[:)])
      | (?P<recall>\\[1-9][0-9]?(?![0-9])|\(\?P=\w+\))
      | (?P<look>\(\?<?[=!])
      | (?P<open>\((?:\?(?:P<\w+>|:|>|\(\w+\)))?)
      | (?P<close>\))
      | (?P<or>\|)
      | (?P<assertion>[$^]|\\[AbBZ])
      | (?P<repeat>(?:[*+?]|\{(?!\})(?P<least>[0-9]*)(?:(?P<to>,)(?P<most>[0-9]*))?\})[?+]?)
      | (?P<characters>\[\^?\]?(?:\\.|[^\]\\])*\]|\\(?:x..|u.{4}|U.{8}|N\{[^}]*\}|0[0-7]{0,2}|[0-7]{3}|.)|.)""",
    re.VERBOSE | re.DOTALL,
)
_SIMPLE_REPEATS = {"*": (0, float("inf")), "+": (1, float("inf")), "?": (0, 1.0)}


@lru_cache(maxsize=256)
def read_pattern(pattern: str) -> Choice:
    """The parts of a pattern that compiles. Raises ValueError for flags that hold in a part of it, and for `(?x)`."""
    return _choice(_tokens(pattern))


def _tokens(pattern: str) -> Iterator[re.Match[str]]:
    for found in _TOKEN.finditer(pattern):
        if found.lastgroup == "unread":
            raise ValueError("flags go to the beginning of the pattern, and (?x) is not taken")
        if found.lastgroup != "comment":
            yield found


def _choice(tokens: Iterator[re.Match[str]]) -> Choice:
    options: list[list[Part]] = [[]]
    for token in tokens:
        if token["close"]:
            break
        if token["or"]:
            options.append([])
        elif token["repeat"]:
            options[-1].append(_repeat(options[-1].pop(), token))
        else:
            options[-1].append(_part(token, tokens))
    return Choice(tuple(map(tuple, options)))


def _part(token: re.Match[str], tokens: Iterator[re.Match[str]]) -> Part:
    if token["open"]:
        return _choice(tokens)
    if token["look"]:
        return Lookaround(_choice(tokens))
    if token["recall"]:
        return Recall()
    if token["assertion"]:
        return Assertion(token[0])
    return Characters(token[0])


def _repeat(body: Part, token: re.Match[str]) -> Repeat:
    simple = _SIMPLE_REPEATS.get(token[0][0])
    if simple is not None:
        return Repeat(body, *simple)
    least = int(token["least"] or 0)
    return Repeat(body, least, float(token["most"] or "inf") if token["to"] else float(least))
