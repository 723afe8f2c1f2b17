"""Computer groups: named lists of computers, and what they stand for (spec 6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import prod

from orchestrion.model.errors import InvalidError, NotFoundError

MOST_MEMBERS = 10_000  # of one group, those of the groups in it included
DEEPEST = 50  # groups inside each other
LONGEST_NAME = 253  # characters: the longest name that DNS knows

KIND = "computer group"
_RANGE = re.compile(r"\[([^\[\]]*)\]")
_SPAN = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?", re.ASCII)
_NAME = re.compile(r"[^\s\[\]]+")


class EntryKind(StrEnum):
    """What an entry of a group stands for."""

    NAME = "name"  # one computer
    RANGE = "range"  # numbered computers: web[01-12].example.org
    GROUP = "group"  # all of another group, by its path


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """One line of a group."""

    kind: EntryKind
    value: str


@dataclass(frozen=True, slots=True)
class ComputerGroup:
    """A named list of computers."""

    id: str
    path: str
    entries: tuple[GroupEntry, ...] = ()
    description: str = ""


#: Groups by their path without case.
Groups = Mapping[str, ComputerGroup]


def by_folded_path(groups: Sequence[ComputerGroup]) -> dict[str, ComputerGroup]:
    """The groups as `expanded` looks for them."""
    return {group.path.casefold(): group for group in groups}


def expanded(path: str, groups: Groups) -> tuple[str, ...]:
    """The computers of the group in the order of its entries, none twice whatever its case.

    Raises NotFoundError for a group that does not exist, InvalidError for a cycle (named), for groups nested too deep,
    for a range that cannot be read and for too many members.
    """
    found: dict[str, str] = {}
    for name in _members(path, groups, (), set()):
        found.setdefault(name.casefold(), name)
        if len(found) > MOST_MEMBERS:
            raise InvalidError(f"The computer group '{path}' has more than {MOST_MEMBERS} members.")
    return tuple(found.values())


def check_entry(entry: GroupEntry) -> None:
    """Returns when the entry by itself can stand; raises InvalidError that says what is wrong with it."""
    if entry.kind is EntryKind.NAME:
        _check_name(entry.value)
    elif entry.kind is EntryKind.RANGE:
        _check_name(next(computers_of_range(entry.value)))


def computers_of_range(pattern: str) -> Iterator[str]:
    """The computers of a pattern such as `web[01-12].example.org` or `n[1,3,7-9]`, zeros in front kept.

    Raises InvalidError when it has no brackets, when they hold anything but numbers, and for too many computers.
    """
    texts = _RANGE.split(pattern)
    if len(texts) == 1:
        raise InvalidError(f"The range '{pattern}' has no numbers in brackets, such as web[01-12].")
    spans = [[_span(pattern, part.strip()) for part in text.split(",")] for text in texts[1::2]]
    if prod(sum(len(numbers) for numbers, _ in each) for each in spans) > MOST_MEMBERS:
        raise InvalidError(f"The range '{pattern}' has more than {MOST_MEMBERS} computers.")
    numbered = [[f"{number:0{width}}" for numbers, width in each for number in numbers] for each in spans]
    return (_filled(texts[::2], chosen) for chosen in product(*numbered))


def _members(path: str, groups: Groups, above: tuple[str, ...], done: set[str]) -> Iterator[str]:
    """The computers of a group below those `above`; a group that is `done` has given all it has."""
    folded = path.casefold()
    group = groups.get(folded)
    if group is None:
        raise NotFoundError(KIND, path)
    chain = (*above, group.path)
    if folded in (each.casefold() for each in above):
        raise InvalidError(f"Computer groups hold each other in a circle: {' > '.join(chain)}.")
    if len(chain) > DEEPEST:
        raise InvalidError(f"Computer groups are nested deeper than {DEEPEST}: {' > '.join(chain[:3])} > ….")
    if folded in done:
        return
    for entry in group.entries:
        yield from _computers(entry, groups, chain, done)
    done.add(folded)


def _computers(entry: GroupEntry, groups: Groups, above: tuple[str, ...], done: set[str]) -> Iterator[str]:
    match entry.kind:
        case EntryKind.NAME:
            yield entry.value
        case EntryKind.RANGE:
            yield from computers_of_range(entry.value)
        case EntryKind.GROUP:
            yield from _members(entry.value, groups, above, done)


def _span(pattern: str, text: str) -> tuple[range, int]:
    """The numbers of `7` or `01-12`, and how many digits each has at least."""
    found = _SPAN.fullmatch(text)
    first, last = (found.group(1), found.group(2) or found.group(1)) if found else ("1", "0")
    if int(first) > int(last):
        raise InvalidError(f"The range '{pattern}' cannot be read: '[{text}]' is not a number or two such as 01-12.")
    return range(int(first), int(last) + 1), len(first)


def _filled(texts: Sequence[str], numbers: Sequence[str]) -> str:
    return texts[0] + "".join(number + text for number, text in zip(numbers, texts[1:], strict=True))


def _check_name(name: str) -> None:
    if _NAME.fullmatch(name) is None or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InvalidError(
            f"'{name[:LONGEST_NAME]}' is not the name of a computer: 1 to {LONGEST_NAME} characters without spaces "
            "and brackets."
        )
