"""How many steps a regular expression can take on a text, known before it is tried.

The engine of `re` goes back and tries again, which can take longer than anyone waits and cannot be interrupted. The
estimate follows what it does: a repetition may stop at each character that what follows can begin with, and what
follows is tried from each of these stops. It counts what can happen at worst, which is often more than does happen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import or_

from orchestrion.model.pattern_reader import (
    Assertion,
    Characters,
    Choice,
    Lookaround,
    Part,
    Recall,
    Repeat,
    read_pattern,
)

_FEW = 4  # characters that are worth counting one by one
_MAX_NESTING = 4  # repeated groups in repeated groups
_MAX_ROUNDS = 100  # of a repeated group whose every round can end in several ways
_END = ""  # stands for the end of the text among the characters that something can begin with


@dataclass(frozen=True, slots=True)
class _Rest:
    """What comes behind a place in the pattern.

    It can begin with the characters `first` alone, and then takes `steps`; before any other it gives up after `fails`.
    Once a certain one is reached, the pattern has matched.
    """

    steps: float
    first: frozenset[str]
    fails: float = 1
    is_certain: bool = False


def steps_to_search(pattern: re.Pattern[str], text: str) -> float:
    """At most how many steps a search through the whole of `text` takes.

    Raises ValueError for a pattern that cannot be judged: with flags inside, or too many repetitions in each other.
    """
    return _Estimate(pattern, text).total(read_pattern(pattern.pattern))


class _Estimate:
    """The estimate for one pattern on one text; sets hold those characters that the text has."""

    def __init__(self, pattern: re.Pattern[str], text: str) -> None:
        self._flags = pattern.flags & ~re.DEBUG
        self._text = text
        self._length = len(text) + 1
        self._all = frozenset(text) | {_END}
        self._alphabet = "".join(frozenset(text))
        self._sets: dict[str, frozenset[str]] = {}
        self._runs: dict[str, list[str]] = {}
        self._longest_counted = float("inf")
        self._nesting = 0

    def total(self, parts: Choice) -> float:
        tried = self._rest(parts, self._matched())
        return self._length * tried.fails + self._starts(parts, tried.first) * tried.steps

    def _starts(self, parts: Choice, first: frozenset[str]) -> float:
        """At how many places the pattern is tried beyond its first character."""
        begin = parts.options[0][0] if len(parts.options) == 1 and parts.options[0] else None
        if begin == Assertion("\\A") or (begin == Assertion("^") and not self._flags & re.MULTILINE):
            return 1
        return min(self._length, 1 + (self._text.count("\n") if begin == Assertion("^") else self._count(first)))

    def _count(self, characters: frozenset[str]) -> float:
        few = len(characters) <= _FEW
        return sum(self._text.count(each) for each in characters if each) if few else self._length

    def _matched(self) -> _Rest:
        return _Rest(1, self._all, is_certain=True)

    def _rest(self, part: Part, behind: _Rest) -> _Rest:
        """What comes from `part` on, given what comes behind it."""
        match part:
            case Characters(source):
                return _Rest(1 + behind.steps, self._members(source))
            case Assertion() | Lookaround() | Recall():
                return self._unmoved(part, behind)
            case Choice(options):
                return self._either([self._sequence(option, behind) for option in options])
            case Repeat(Characters(source), least, most):
                return self._run(source, least, most, behind)
            case Repeat():
                return self._rounds(part, behind)

    def _unmoved(self, part: Assertion | Lookaround | Recall, behind: _Rest) -> _Rest:
        """What may fail without taking a character first."""
        match part:
            case Assertion(source):
                first = {"$": self._all & {"\n", _END}, "\\Z": frozenset({_END})}.get(source, behind.first)
                return _Rest(1 + behind.steps, first, 1 + behind.fails)
            case Lookaround(body):
                looked = self._rest(body, self._matched()).steps
                return _Rest(looked + behind.steps, self._all, looked + behind.fails)
            case Recall():
                return _Rest(self._length + behind.steps, self._all, self._length + behind.fails)

    def _sequence(self, parts: Sequence[Part], behind: _Rest) -> _Rest:
        for part in reversed(parts):
            behind = self._rest(part, behind)
        return behind

    def _either(self, options: Sequence[_Rest]) -> _Rest:
        """Of options that begin differently only one can be tried in earnest."""
        firsts = list(accumulate((each.first for each in options), or_))
        differ = all(not seen & each.first for seen, each in zip(firsts, options[1:], strict=False))
        fails = 1 + sum(each.fails for each in options)
        steps = max(each.steps for each in options) + fails if differ else 1 + sum(each.steps for each in options)
        return _Rest(steps, firsts[-1], fails, any(each.is_certain for each in options))

    def _run(self, source: str, least: int, most: float, behind: _Rest) -> _Rest:
        """A repetition of single characters goes back over what it took, one by one."""
        members = self._members(source)
        length = min(most, self._longest(source), self._longest_counted)
        certain = behind.is_certain and least == 0
        stops = 1.0 if behind.is_certain else min(most - least + 1, self._stops(source, members & behind.first))
        steps = 1 + length * (1 + behind.fails) + stops * behind.steps
        if least:
            return _Rest(steps, members)
        return _Rest(steps, members | behind.first, 1 + behind.fails, certain)

    def _stops(self, source: str, meeting: frozenset[str]) -> float:
        """After how many characters of a run something can follow that begins with one of `meeting`."""
        if not meeting:
            return 1
        if len(meeting) > _FEW:
            return 1 + self._longest(source)
        return 1 + max((sum(map(run.count, meeting)) for run in self._runs[source]), default=0)

    def _rounds(self, part: Repeat, behind: _Rest) -> _Rest:
        """A repeated group: each round costs its own steps, and may end in several ways."""
        if self._nesting >= _MAX_NESTING:
            raise ValueError("repetitions are nested too deeply")
        self._nesting += 1
        once = self._rest(part.body, _Rest(1, self._all, 1 + behind.fails))
        again = _Rest(0, once.first | behind.first, once.fails + behind.fails)
        most = min(part.most, self._length, self._longest_counted)
        own, ways = self._round(part.body, again)
        if ways > 1:
            steps = _grown(own + behind.steps, ways, most)
        else:
            steps = min(most * own, self._walk(part.body, again, most)) + most * behind.fails
        self._nesting -= 1
        meeting = once.first & behind.first
        stops = 1.0 if behind.is_certain or not meeting else 1 + min(most, part.most - part.least, self._count(meeting))
        certain = behind.is_certain and part.least == 0
        first = again.first if part.least == 0 else once.first
        return _Rest(1 + steps + stops * behind.steps, first, 1 + again.fails, certain)

    def _round(self, body: Part, again: _Rest) -> tuple[float, float]:
        """The steps of one round itself, and in how many ways it can go on to the next."""
        own = self._rest(body, again).steps
        return own, self._rest(body, _Rest(1, again.first, again.fails)).steps - own

    def _walk(self, body: Part, again: _Rest, most: float) -> float:
        """The steps of all rounds together: the runs inside them share the length of the text."""
        outer, self._longest_counted = self._longest_counted, 0
        fixed, _ = self._round(body, again)
        self._longest_counted = 1
        per_character, _ = self._round(body, again)
        self._longest_counted = outer
        return fixed * most + per_character * min(self._length, outer)

    def _members(self, source: str) -> frozenset[str]:
        if source not in self._sets:
            self._sets[source] = frozenset(re.findall(source, self._alphabet, self._flags))
        return self._sets[source]

    def _longest(self, source: str) -> int:
        if source not in self._runs:
            self._runs[source] = re.findall(f"(?:{source})+", self._text, self._flags)
        return max(map(len, self._runs[source]), default=0)


def _grown(own: float, ways: float, rounds: float) -> float:
    """The steps of rounds of which each goes on in `ways`; beyond a bound as good as endless."""
    return own * sum(ways**each for each in range(int(rounds) + 1)) if rounds <= _MAX_ROUNDS else float("inf")
