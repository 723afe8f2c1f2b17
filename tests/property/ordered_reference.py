"""A second interpreter for what depends on the order of events: groups, junction modes, delays, and the error path.

Like `reference.py` it is written from the rules alone, slow and obvious. It is told what is over, in the order in which
the journal has it (durability.md 3: the journal's order defines what arrived first), and opens what follows. How a
thing ends it works out for itself. Nothing is counted ahead: after every event it searches the graph for what can still
happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from orchestrion.model.condition import Status
from orchestrion.model.job import Outcome
from orchestrion.model.runbook import FOR_EACH, GROUP_TYPES, JUNCTION, RETURN_DATA, WHILE, Activity, Link, Runbook
from orchestrion.model.values import Json, Record, to_boolean, to_number, to_text
from tests.property.group_runbooks import NO_COMPUTER
from tests.property.ordered_parts import (
    Batch,
    Computers,
    End,
    Loop,
    Opened,
    Round,
    Run,
    Wait,
    chosen,
    list_of,
    merged,
    selected,
    until_common,
)
from tests.property.reference import (
    Behaviour,
    Item,
    Published,
    Step,
    bound,
    exits,
    flattened,
    holds,
    passes,
    text_of,
    with_common,
)


class OrderedReference:
    """One run of a runbook. `open` is what has been begun and has not ended; `seen` counts the rules that took part."""

    def __init__(self, runbook: Runbook, behave: Behaviour, computers: Mapping[str, Sequence[str]]) -> None:
        self.runbook = runbook
        self.behave = behave
        self.computers = list(computers.get("Web", ()))
        self.now = datetime.min.replace(tzinfo=UTC)
        self.root = Round()
        self.rounds = [self.root]
        self.open: list[Opened] = []
        self.returned: list[Record] = []
        self.is_imperfect = False
        self.is_on_error_path = False
        self.seen: Counter[str] = Counter()

    def begin(self, now: datetime) -> None:
        """The instance starts."""
        self.now = now
        self.enter(self.root, self.first_of(""), [Item()])
        self.settle()

    def happen(self, opened: Opened, now: datetime) -> Published | None:
        """Something open is over; for an execution, how it ended."""
        self.now = now
        self.open.remove(opened)
        published = None
        match opened:
            case Run():
                published = self.ended(opened)
            case Computers(batch, ordinal):
                batch.computers = self.computers or [""]
                batch.waiting_computers = list(range(len(batch.computers)))
                for _ in range(batch.activity.behaviour.parallel):
                    self.next_computer(batch, ordinal)
            case Wait():
                self.elapsed(opened)
            case End():
                raise AssertionError("nothing follows the end")
        self.settle()
        return published

    # the graph -----------------------------------------------------------------------------------------------

    def first_of(self, group: str) -> str:
        """The activity that nothing leads to."""
        targets = {link.target for link in self.runbook.links} | {self.runbook.settings.on_error}
        return next(
            each.id for each in self.runbook.activities.values() if each.group == group and each.id not in targets
        )

    def links(self, activity: str) -> list[Link]:
        """The links that can pass something: enabled, from an enabled activity (3.1, OQ-26)."""
        enabled = self.runbook.activities[activity].enabled
        return [link for link in self.runbook.links if enabled and link.enabled and link.source == activity]

    def ways(self, activity: str) -> list[list[str]]:
        """Every way on from `activity`, each prefix of it counted as a way."""
        found = [[activity]]
        for link in self.links(activity):
            found += [[activity, *way] for way in self.ways(link.target)]
        return found

    def leads_to(self, place: Round, activity: str, junction: str) -> bool:
        """Whether something that leaves `activity` can come to `junction`; what has fired lets nothing through."""
        targets = [link.target for link in self.links(activity)]
        return junction in targets or any(
            each not in place.fired and self.leads_to(place, each, junction) for each in targets
        )

    def last_common(self, junction: str) -> str:
        """The last activity on every way to `junction` (OQ-17)."""
        group = self.runbook.activities[junction].group
        starts = [self.first_of(group)] + ([] if group else [each for each in [self.runbook.settings.on_error] if each])
        ways = [way[:-1] for start in starts for way in self.ways(start) if way[-1] == junction]
        return [each for each in ways[0] if all(each in way for way in ways)][-1]

    # batches and executions ----------------------------------------------------------------------------------

    def enter(self, place: Round, activity: str, items: list[Item], problem: str = "") -> None:
        """Items come to an activity; a disabled one ends the path (OQ-26)."""
        found = self.runbook.activities[activity]
        if not found.enabled:
            return
        batch = Batch(found, place, items, problem, waiting=list(range(len(items))))
        place.batches.append(batch)
        side_by_side = 1 if found.type in GROUP_TYPES or self.on_computers(found) else found.behaviour.parallel
        for _ in range(side_by_side):
            self.next_item(batch)

    def on_computers(self, activity: Activity) -> bool:
        """Whether the activity runs on each computer of a group (6.1)."""
        return 'group["Web"]' in str(activity.inputs)

    def next_item(self, batch: Batch) -> None:
        """The next item of a batch, if there is one."""
        if batch.waiting:
            ordinal = batch.waiting.pop(0)
            if self.on_computers(batch.activity):
                self.open.append(Computers(batch, ordinal))
            else:
                self.open.append(Run(batch, ordinal, batch.items[ordinal]))

    def next_computer(self, batch: Batch, ordinal: int) -> None:
        if batch.waiting_computers:
            member = batch.waiting_computers.pop(0)
            self.open.append(Run(batch, ordinal, batch.items[ordinal], member=member))

    def ended(self, run: Run) -> Published:
        """An execution is over: it is retried, begins rounds, loops, or is done (3.9, durability 1)."""
        activity = run.batch.activity
        published = status, records, error = self.published(run)
        items = [self.item(run, status, error, each) for each in records]
        if run.closing is not None:
            before = run.closing.returned or (run.batch.items[run.ordinal],)
            self.seen["data that a group returns"] += before == run.closing.returned
            self.done(run, [self.item(replace(run, item=each), status, error, records[0]) for each in before])
        elif status is Status.FAILED and self.retries(activity, run, items):
            delay = activity.behaviour.retry.delay_seconds * activity.behaviour.retry.backoff**run.retry
            self.later(replace(run, retry=run.retry + 1), delay)
        elif activity.type in GROUP_TYPES and {"Number", "Round"} & set(records[0]):
            self.go_round(Loop(run, items))
        else:
            self.looped(run, published, items)
        return published

    def item(self, run: Run, status: Status, error: str, record: Record) -> Item:
        """The item that an execution makes of one of its records."""
        full = with_common(run.batch.activity, status, error, run.attempt, record)
        step = Step(run.batch.activity.id, status, {**full, "Computer name": run.computer})
        return Item((*run.item.lineage, step))

    def retries(self, activity: Activity, run: Run, items: Sequence[Item]) -> bool:
        """Whether a failure is tried again: attempts are left, and it is one of those that the author named."""
        policy = activity.behaviour.retry
        if run.retry + 1 >= policy.attempts:
            return False
        wanted = [each for each in policy.when for item in items if holds(each, item)]
        if policy.when:
            self.seen["a retry for chosen failures" if wanted else "a failure that no retry is for"] += 1
        return bool(wanted) or not policy.when

    def looped(self, run: Run, published: Published, items: Sequence[Item]) -> None:
        """Goes round again or leaves the loop; then the records are flattened (3.9, 4.5)."""
        activity, (status, records, error) = run.batch.activity, published
        looping = activity.looping
        if looping is not None:
            newest = [each.lineage[-1].record for each in items]
            if not exits(looping.exit, looping.do_not_exit, activity.id, status, newest):
                if run.attempt < looping.max_attempts:
                    self.later(replace(run, attempt=run.attempt + 1, retry=0), looping.delay_seconds)
                    return None
                status, error = Status.FAILED, f"The loop did not exit within {run.attempt} attempts."
        flatten = activity.behaviour.flatten
        flat = [flattened(records, flatten)] if flatten else records
        if activity.type != WHILE or not run.last:
            return self.done(run, [self.item(run, status, error, each) for each in flat])
        into = run.batch.items[run.ordinal]  # each record of the last round is put on the way into the group
        ways = [Item((*into.lineage, each.lineage[-1])) for each in run.last]
        self.seen["several records of a While"] += len(ways) > 1
        return self.done(run, [self.item(replace(run, item=way), status, error, flat[0]) for way in ways])

    def later(self, run: Run, seconds: float) -> None:
        """Another attempt, at once or after a wait."""
        if seconds:
            self.open.append(Wait(self.now + timedelta(seconds=seconds), run.batch.round, run=run))
        else:
            self.open.append(run)

    def done(self, run: Run, items: list[Item]) -> None:
        """An item is through, at least on one computer; when all are, the links fire."""
        batch = run.batch
        self.is_imperfect |= any(each.lineage[-1].status is not Status.SUCCESS for each in items)
        if batch.computers:
            batch.given_on[run.member] = items
            if len(batch.given_on) < len(batch.computers):
                return self.next_computer(batch, run.ordinal)
            if len({each.lineage[-1].status for given in batch.given_on.values() for each in given}) > 1:
                self.seen["computers that ended differently"] += 1
            items = [item for member in range(len(batch.computers)) for item in batch.given_on[member]]
            batch.computers, batch.given_on = [], {}
        batch.given[run.ordinal] = items
        if len(batch.given) == len(batch.items):
            return self.follow(batch)
        return self.next_item(batch)

    # how executions end ------------------------------------------------------------------------------------------

    def value(self, run: Run) -> Json:
        """The one input that generated activities have; nothing when it needs a computer and there is none."""
        try:
            return self.bound(run)
        except LookupError:
            return None

    def bound(self, run: Run) -> Json:
        """The same; raises LookupError without the computer that it needs."""
        inputs = run.batch.activity.inputs
        if "condition" in inputs:
            return text_of(str(inputs["condition"]), run.item, run.computer)
        given = inputs.get("items")
        if isinstance(given, list):
            return [text_of(str(each), run.item, run.computer) for each in given]
        if given is not None:
            return text_of(str(given), run.item, run.computer)
        return bound(run.batch.activity, run.item, run.computer)

    def published(self, run: Run) -> Published:
        """The status, records and error of an execution."""
        if run.closing is not None:
            return _summary(run.closing)
        try:
            return self.answered(run, run.batch.activity, self.bound(run))
        except LookupError:
            self.seen["a computer group without members"] += 1
            return Status.FAILED, [{}], NO_COMPUTER

    def answered(self, run: Run, activity: Activity, value: Json) -> Published:
        """How an execution with this input ends."""
        if activity.type == JUNCTION:
            names = [self.runbook.activities[each].name for each in chosen(activity)]
            status = Status.WARNING if run.batch.problem else Status.SUCCESS
            return status, [{"Selected branch": ", ".join(names)}], run.batch.problem
        if activity.type in GROUP_TYPES:
            self.seen["a group on computers"] += bool(run.computer)
            return _listed(activity, value) if activity.type == FOR_EACH else _asked(activity, value, run.attempt)
        assert value is None or isinstance(value, (str, int, float))
        if activity.type == RETURN_DATA:
            self.returned.append({"r": to_text(value)})  # a text, as the runbook declares
            return Status.SUCCESS, [{"r": to_text(value)}], ""
        return self.behave(activity.id, value, run.attempt, run.retry)

    # groups ------------------------------------------------------------------------------------------------------

    def go_round(self, loop: Loop) -> None:
        """Begins the rounds that may begin; when all are over, asks again or closes the group."""
        group, asked = loop.asked.batch.activity, loop.asked
        running = [each for each in self.rounds if each.loop is loop]
        while loop.begun < len(loop.entries) and len(running) < group.behaviour.parallel:
            number = loop.begun if group.type == FOR_EACH else asked.attempt
            running.append(Round(number, loop.entries[loop.begun], loop))
            self.rounds.append(running[-1])
            loop.begun += 1
            self.note_round(running[-1], len(running))
            self.enter(running[-1], self.first_of(group.id), [running[-1].entry])
        if running:
            return
        again = replace(asked, attempt=asked.attempt + 1, retry=0)
        if group.type == FOR_EACH or loop.failed:
            self.open.append(replace(again, closing=loop))
            return
        item = asked.batch.items[asked.ordinal]
        if loop.returned:  # the next condition is asked, and the next round runs, with the data of the last
            item = Item((*item.lineage, loop.returned[-1].lineage[-1]))
        self.open.append(replace(again, item=item, last=loop.returned))

    def round_over(self, ended: Round, loop: Loop) -> None:
        """A round is over; a failure in it that no link took makes it a failed one."""
        self.rounds.remove(ended)
        self.seen["data of rounds that ended out of order"] += any(
            number > ended.number and given and ended.collected for number, given in loop.given.items()
        )
        loop.given[ended.number] = ended.collected
        if ended.problem is not None:
            loop.failed += 1
            loop.error = loop.error or ended.error
            self.seen["a failed round"] += 1
        self.go_round(loop)

    def note_round(self, begun: Round, at_once: int) -> None:
        """Counts what a round shows."""
        assert begun.loop is not None
        self.seen[f"a round of a {begun.loop.asked.batch.activity.type.split('.')[1]}"] += 1
        self.seen["rounds side by side"] += at_once > 1
        self.seen["a round in a round"] += len(begun.place) > 1
        self.seen["another round of a While"] += begun.number > 1 and begun.loop.asked.batch.activity.type == WHILE

    # links and junctions -----------------------------------------------------------------------------------------

    def follow(self, batch: Batch) -> None:
        """All items of a batch are through: each goes along the links that let it pass (3.6)."""
        place, activity = batch.round, batch.activity
        out = [item for ordinal in range(len(batch.items)) for item in batch.given[ordinal]]
        passed = [(link, [item for item in out if passes(link, item)]) for link in self.links(activity.id)]
        taken = [item for _, items in passed for item in items]
        failed = [item for item in out if item.lineage[-1].status is Status.FAILED and item not in taken]
        if failed and place.problem is None:
            error = str(failed[0].lineage[-1].record["Error summary text"])
            place.problem, place.error = failed[0], f"{activity.name}: {error}" if error else activity.name
        if place.loop and place.loop.asked.batch.activity.inputs.get("return_data_from") == activity.id:
            place.collected += out
        for link, items in passed:
            if items and link.delay_seconds:
                wait = Wait(self.now + timedelta(seconds=link.delay_seconds), place, link, tuple(items))
                place.waits.append(wait)
                self.open.append(wait)
            elif items:
                self.deliver(place, link, items)
        place.batches.remove(batch)

    def deliver(self, place: Round, link: Link, items: list[Item]) -> None:
        """Items come to the end of a link: an activity begins, a junction takes note (3.8)."""
        junction = self.runbook.activities[link.target]
        if junction.type != JUNCTION:
            return self.enter(place, link.target, items)
        if link.target in place.fired:
            self.seen["a branch that came too late"] += 1
            return None
        arrived = place.arrived.setdefault(link.target, [])
        arrived.append((link.source, items))
        needed, seconds = _needed(junction), to_number(str(junction.inputs.get("timeout_seconds", 0)))
        if needed and len({source for source, _ in arrived}) >= needed:
            self.seen[f"a junction in mode {junction.inputs['mode']}"] += 1
            self.fire(place, junction)
        elif seconds and len(arrived) == 1:
            self.open.append(Wait(self.now + timedelta(seconds=seconds), place, junction=link.target))
        return None

    def elapsed(self, wait: Wait) -> None:
        """A wait is over."""
        if wait.run is not None:
            self.open.append(wait.run)
        elif wait.link is not None:
            wait.round.waits.remove(wait)
            self.deliver(wait.round, wait.link, list(wait.items))
        else:
            junction = self.runbook.activities[wait.junction]
            self.seen["a junction that waited long enough"] += 1
            self.fire(wait.round, junction, late=True)

    def fire(self, place: Round, junction: Activity, *, late: bool = False) -> None:
        """A junction goes on with what has arrived, and says so when that is less than it was to wait for."""
        timers = [each for each in self.open if isinstance(each, Wait) and each.round is place]
        self.open = [each for each in self.open if each not in timers or each.junction != junction.id]
        place.fired.add(junction.id)
        arrived = [item for _, items in place.arrived[junction.id] for item in items]
        delivered, needed = len({source for source, _ in place.arrived[junction.id]}), _needed(junction)
        problem = f"It waited {junction.inputs.get('timeout_seconds')} seconds and went on without the others."
        if needed:
            problem = f"Only {delivered} of {needed} branches arrived." if delivered < needed else ""
            self.seen["a junction with too few branches"] += delivered < needed
        items = self.going_on(place, junction, arrived)
        if items:
            self.enter(place, junction.id, items, problem if needed or late else "")

    def going_on(self, place: Round, junction: Activity, arrived: list[Item]) -> list[Item]:
        """The items that go on from a junction (3.8, OQ-16, OQ-17)."""
        last = self.last_common(junction.id)
        if junction.inputs.get("merge"):
            found = merged(arrived, last, lambda step: self.is_old(place, step))
            known = {step for item in arrived for step in item.lineage}
            self.seen["a merge"] += 1
            self.seen["a merge of several records"] += not known.issuperset(found.lineage)
            return [found]
        if not chosen(junction):
            return [until_common(arrived, last)]
        return selected(junction, arrived, lambda step: self.is_old(place, step))

    def is_old(self, place: Round, step: Step) -> bool:
        """Whether a record is not of this round of its group, but one that the last round left."""
        while place.loop is not None:
            if self.runbook.activities[step.activity].group == place.loop.asked.batch.activity.id:
                return step in place.entry.lineage
            place = place.loop.asked.batch.round
        return False

    # what follows by itself --------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Fires junctions that nothing can reach any more, and ends rounds in which nothing is left, then the run."""
        while self.settled_one():
            pass
        if self.root.is_idle and not self.open:
            if self.runbook.settings.on_error and self.root.problem is not None and not self.is_on_error_path:
                self.begin_error_path(self.root.problem)
            if self.root.is_idle:
                outcome = Outcome.WARNING if self.is_imperfect else Outcome.SUCCESS
                outcome = Outcome.FAILED if self.root.problem is not None else outcome
                self.open.append(End(outcome, tuple(self.returned), self.root.error))

    def settled_one(self) -> bool:
        for place in self.rounds:
            for junction in place.arrived:
                if junction not in place.fired and not self.can_still_be_reached(place, junction):
                    self.fire(place, self.runbook.activities[junction])
                    return True
            if place.is_idle and place.loop is not None:
                self.round_over(place, place.loop)
                return True
        return False

    def can_still_be_reached(self, place: Round, junction: str) -> bool:
        """Whether a batch, a delayed link or another waiting junction can still bring something (3.8)."""
        targets = [wait.link.target for wait in place.waits if wait.link is not None]
        coming = [each for each in targets if each not in place.fired]
        leaving = [batch.activity.id for batch in place.batches] + list(set(place.arrived) - place.fired - {junction})
        return junction in coming or any(self.leads_to(place, each, junction) for each in coming + leaving)

    def begin_error_path(self, problem: Item) -> None:
        """What is to happen when a failure was taken by no link, once all else is over."""
        self.is_on_error_path = True
        self.seen["an error path"] += 1
        failed = problem.lineage[-1]
        name = self.runbook.activities[failed.activity].name
        record = {"Activity name": name, "Activity status": failed.status.value, "Error summary text": self.root.error}
        entry = Item((*problem.lineage, Step("error", failed.status, record)))
        self.enter(self.root, self.runbook.settings.on_error, [entry])


def _needed(junction: Activity) -> int:
    """How many branches let a junction go on; 0 for all that can still deliver."""
    return {"any": 1, "count": int(to_number(str(junction.inputs.get("branches", 1))))}.get(
        str(junction.inputs.get("mode", "all")), 0
    )


def _listed(activity: Activity, value: Json) -> Published:
    """One record per item; without items the group is over at once."""
    items = list_of(value, str(activity.inputs["separator"]))
    rounds = [{"Item": each, "Number": place, "Number of items": len(items)} for place, each in enumerate(items, 1)]
    return Status.SUCCESS, rounds or [{"Number of items": 0, "Failed items": 0}], ""


def _asked(activity: Activity, value: Json, attempt: int) -> Published:
    """Whether a While goes on; it is asked before every round."""
    assert value is None or isinstance(value, (str, int, float))
    try:
        goes_on = to_boolean(value)
    except ValueError as error:
        return Status.FAILED, [{}], str(error)
    if not goes_on:
        return Status.SUCCESS, [{"Number of rounds": attempt - 1}], ""
    if attempt > to_number(str(activity.inputs["max_rounds"])):
        error_text = f"The condition still holds after {attempt - 1} rounds."
        return Status.FAILED, [{"Number of rounds": attempt - 1}], error_text
    return Status.SUCCESS, [{"Round": attempt}], ""


def _summary(loop: Loop) -> Published:
    """What a group says when its rounds are over."""
    asked, total = loop.asked, len(loop.entries)
    status = Status.FAILED if loop.failed else Status.SUCCESS
    if asked.batch.activity.type == FOR_EACH:
        error = f"{loop.failed} of {total} items failed; the first: {loop.error}" if loop.failed else ""
        return status, [{"Number of items": total, "Failed items": loop.failed}], error
    return status, [{"Number of rounds": asked.attempt}], f"Round {asked.attempt} failed: {loop.error}"
