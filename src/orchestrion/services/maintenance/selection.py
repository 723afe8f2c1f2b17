"""Which of what has ended is to go, by the rules of its folder (spec 5.10, OQ-11)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from orchestrion.model.job import Outcome
from orchestrion.model.retention import DEFAULT_RULES, Rule, Rules, read_rules
from orchestrion.ports.maintenance import Candidate, FolderRules, Page
from orchestrion.ports.transaction import Transaction

T = TypeVar("T")
_PAGE = 500


class Reads(Protocol):
    """Whoever can read."""

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """As Database.read."""


def effective(folders: Sequence[FolderRules]) -> dict[str, Rules]:
    """Mapping from the path of every folder to its rules: for each class of runs, the nearest folder that has one.

    `folders` come by path, parents before what is in them.
    """
    found: dict[str, Rules] = {}
    for each in folders:
        parent = each.path.rpartition("/")[0]
        inherited = found.get(parent, DEFAULT_RULES) if each.path else DEFAULT_RULES
        found[each.path] = {**inherited, **read_rules(each.rules)}
    return found


@dataclass(slots=True)
class Selection:
    """The rules as they are now, for one look through what has ended."""

    now: datetime
    folders: Mapping[str, Rules]
    runbooks: Mapping[str, str]
    runbook_id: str | None = None
    override: Rules | None = None
    _newest: dict[tuple[str, Outcome, bool], str | None] = field(default_factory=dict)

    async def instances(self, source: Reads) -> AsyncIterator[list[Candidate]]:
        """Pages of instances that are to go, those that ended first at the front."""
        async for page in self._pages(source, is_job=False):
            yield page

    async def empty_jobs(self, source: Reads) -> AsyncIterator[list[Candidate]]:
        """Pages of jobs without instances that are to go."""
        async for page in self._pages(source, is_job=True):
            yield page

    async def _pages(self, source: Reads, *, is_job: bool) -> AsyncIterator[list[Candidate]]:
        """What a page shows may be deleted before the next one is asked for: that begins behind the last of it."""
        page: Page | None = Page(self._latest(), None, self.runbook_id, _PAGE)
        while page is not None:
            wanted, page = await source.read(partial(self._look, page, is_job=is_job))
            if wanted:
                yield wanted

    def _look(self, page: Page, tx: Transaction, *, is_job: bool) -> tuple[list[Candidate], Page | None]:
        """Those of a page that are to go, and the next page."""
        found = tx.retention.empty_jobs(page) if is_job else tx.retention.instances(page)
        wanted = [each for each in found.candidates if self._goes(tx, each, is_job=is_job)]
        return wanted, None if found.end is None else replace(page, after=found.end)

    def _latest(self) -> datetime:
        """Nothing that ended at this moment or later goes, whatever it is."""
        every = [self.override] if self.override else self.folders.values()
        return max(rule.ended_before(self.now) for rules in every for rule in rules.values())

    def _goes(self, tx: Transaction, found: Candidate, *, is_job: bool) -> bool:
        outcome = Outcome(found.outcome)
        rule = self._rules(found)[outcome]
        if rule.keeps_all or found.ended_at >= rule.ended_before(self.now):
            return False
        return not rule.count or self._is_behind(tx, found, rule, is_job=is_job)

    def _rules(self, found: Candidate) -> Rules:
        """Of a runbook that is gone for good nothing is known but the rules of the top folder."""
        if self.override:
            return self.override
        return self.folders.get(self.runbooks.get(found.runbook_id, ""), self.folders.get("", DEFAULT_RULES))

    def _is_behind(self, tx: Transaction, found: Candidate, rule: Rule, *, is_job: bool) -> bool:
        """Whether it is none of the newest of its runbook and class, as they were when they were first asked for."""
        key = (found.runbook_id, Outcome(found.outcome), is_job)
        if key not in self._newest:
            newest = tx.retention.newest_job if is_job else tx.retention.newest
            self._newest[key] = newest(found.runbook_id, found.outcome, rule.count or 1)
        oldest_kept = self._newest[key]
        return oldest_kept is not None and found.id < oldest_kept


def select_now(tx: Transaction, now: datetime) -> Selection:
    """What the rules select now."""
    return Selection(now, effective(tx.retention.folders()), tx.retention.folders_of_runbooks())
