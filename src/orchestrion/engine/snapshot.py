"""The state of a conductor as JSON and back: a long run need not be replayed from its beginning (durability.md 2).

Lineages are shared between records, and the engine tells some of them apart by identity: they are written once each, in
an order in which parents come first, and named by their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from orchestrion.engine.batch import Batch, Delayed, Members, Place, Scope
from orchestrion.engine.commands import Command, EndInstance, ExpandGroup, StartActivity, StartDelay, command_key
from orchestrion.engine.conductor import Conductor
from orchestrion.engine.groups import GroupRun
from orchestrion.engine.lineage import Lineage
from orchestrion.engine.plan import Plan
from orchestrion.engine.signals import InstanceStarted, RunFacts, parse_key
from orchestrion.model.condition import Status
from orchestrion.model.errors import DivergenceError
from orchestrion.model.values import Json, Record, Value

FORMAT = 1
State: TypeAlias = dict[str, Json]


def write_snapshot(conductor: Conductor) -> State:
    """The state of a conductor that has started and not ended; `read_snapshot` gives an equal one."""
    return _Writer(conductor).state()


def read_snapshot(plan: Plan, state: Mapping[str, Json]) -> Conductor:
    """The conductor whose state was written. Raises DivergenceError when it is of another format or another plan."""
    if state.get("format") != FORMAT:
        raise DivergenceError(f"the snapshot has the format {state.get('format')}, this release reads {FORMAT}")
    try:
        return _Reader(plan, state).conductor()
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DivergenceError(f"the snapshot does not fit the runbook: {error!r}") from error


class _Writer:
    """Writes one conductor; lineages get their numbers as they are met."""

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor
        self._numbers: dict[int, int] = {}
        self._lineages: list[Json] = []

    def state(self) -> State:
        """The whole state."""
        one = self._conductor
        found: State = {
            "format": FORMAT,
            "started": None if one.started is None else _started(one.started),
            "digest": one.digest,
            "next_batch": one.next_batch,
            "stopped": one.is_stopped,
            "on_error_path": one.is_on_error_path,
            "imperfect": one.is_imperfect,
            "returned": [dict(each) for each in one.returned],
            "batches": [self._batch(each) for each in one.batches.values()],
            "scopes": [self._scope(each) for each in one.scopes.values()],
            "rounds": [self._round(place, each) for place, each in one.rounds.items()],
            "delayed": [self._delayed(timer, each) for timer, each in one.delayed.items()],
            "open": [self._command(each) for each in one.open.values()],
            "errors": [[self._number(lineage), text] for lineage, text in one.errors_of(self._outputs())],
        }
        return found | {"lineages": list(self._lineages)}

    def _outputs(self) -> list[Lineage]:
        """Every output that a batch still holds: what errors are remembered for."""
        batches = self._conductor.batches.values()
        done = [each for batch in batches for outputs in batch.outputs.values() for each in outputs]
        members = [each for batch in batches for members in batch.members.values() for each in members.outputs.values()]
        return done + [each for outputs in members for each in outputs]

    def _number(self, lineage: Lineage | None) -> int | None:
        if lineage is None:
            return None
        pending = [lineage]
        while pending:
            step = pending[-1]
            missing = [each for each in (step.parent, step.origin) if each and id(each) not in self._numbers]
            if missing:
                pending += missing
                continue
            pending.pop()
            if id(step) not in self._numbers:
                places = [self._numbers[id(each)] if each else None for each in (step.parent, step.origin)]
                self._numbers[id(step)] = len(self._lineages)
                self._lineages.append([step.activity, dict(step.record), step.status.value, *places, step.carried])
        return self._numbers[id(lineage)]

    def _all(self, lineages: Sequence[Lineage | None]) -> list[Json]:
        return [self._number(each) for each in lineages]

    def _batch(self, batch: Batch) -> Json:
        return {
            "id": batch.id,
            "scope": batch.scope.path,
            "activity": batch.planned.activity.id,
            "arrivals": self._all(batch.arrivals),
            "problem": batch.problem,
            "outputs": [[ordinal, self._all(each)] for ordinal, each in batch.outputs.items()],
            "members": [
                [ordinal, list(each.names), each.next, [[n, self._all(given)] for n, given in each.outputs.items()]]
                for ordinal, each in batch.members.items()
            ],
            "loop_started": [[*place, at.isoformat()] for place, at in batch.loop_started.items()],
            "next_ordinal": batch.next_ordinal,
        }

    def _scope(self, scope: Scope) -> Json:
        return {
            "path": scope.path,
            "parent": None if scope.parent is None else list(scope.parent),
            "round": scope.round,
            "live": scope.live,
            "problem": self._number(scope.problem),
            "error": scope.error,
            "collected": self._all(scope.collected),
            "board": [
                [junction, live, self._all(arrivals), list(sources), fired]
                for junction, live, arrivals, sources, fired in scope.board.state()
            ],
        }

    def _round(self, place: Place, run: GroupRun) -> Json:
        return {
            "place": list(place),
            "command": self._command(run.command),
            "entries": self._all(run.entries),
            "started": run.started,
            "ended": run.ended,
            "failed": run.failed,
            "error": run.error,
            "collected": [[number, self._all(each)] for number, each in run.collected.items()],
        }

    def _delayed(self, timer: str, delayed: Delayed) -> Json:
        link = delayed.link
        return {
            "timer": timer,
            "scope": delayed.scope.path,
            "link": None if link is None else self._conductor.plan.runbook.links.index(link),
            "lineages": self._all(delayed.lineages),
            "key": None if delayed.key is None else str(delayed.key),
            "junction": delayed.junction,
        }

    def _command(self, command: Command) -> Json:
        match command:
            case StartActivity():
                return {
                    "start": str(command.key),
                    "activity": command.activity,
                    "lineage": self._number(command.lineage),
                    "member": command.member,
                    "closing": None if command.closing is None else dict(command.closing),
                    "problem": command.problem,
                }
            case ExpandGroup(key, path):
                return {"expand": str(key), "path": path}
            case StartDelay(timer, due):
                return {"delay": timer, "due": due.isoformat()}
            case EndInstance():
                raise DivergenceError("an instance that has ended has no snapshot")


def _started(signal: InstanceStarted) -> Json:
    facts = signal.facts
    return {
        "at": signal.at.isoformat(),
        "parameters": dict(signal.parameters),
        "variables": dict(signal.variables),
        "trigger": None if signal.trigger is None else dict(signal.trigger),
        "facts": [facts.runbook_id, facts.runbook_path, facts.job_id, facts.instance_id, facts.starter],
    }


class _Reader:
    """Reads one state; every lineage is made once."""

    def __init__(self, plan: Plan, state: Mapping[str, Json]) -> None:
        self._plan = plan
        self._state = state
        self._conductor = Conductor(plan)
        self._lineages: list[Lineage] = []

    def conductor(self) -> Conductor:
        """The conductor."""
        one, state = self._conductor, self._state
        for each in _list(state["lineages"]):
            activity, record, status, parent, origin, carried = _list(each)
            path = (self._step(parent), self._step(origin), bool(carried))
            self._lineages.append(Lineage(_text(activity), _record(record), Status(_text(status)), *path))
        one.started = _read_started(_map(state["started"]))
        one.digest, one.next_batch = _number(state["digest"]), _number(state["next_batch"])
        one.is_stopped, one.is_imperfect = bool(state["stopped"]), bool(state["imperfect"])
        one.is_on_error_path = bool(state["on_error_path"])
        one.returned = [_record(each) for each in _list(state["returned"])]
        # Scopes need the batches of their groups, and batches their scopes: the groups' bodies come after the batches
        # around them.
        scopes = {_text(_map(each)["path"]): _map(each) for each in _list(state["scopes"])}
        batches = [_map(each) for each in _list(state["batches"])]
        groups = {_number(each["id"]): _text(each["activity"]) for each in batches}
        one.scopes = {path: self._scope(each, groups) for path, each in scopes.items()}
        one.root = one.scopes[""]
        one.batches = {_number(each["id"]): self._batch(each) for each in batches}
        one.rounds = {_place(_map(each)["place"]): self._round(_map(each)) for each in _list(state["rounds"])}
        one.delayed = {_text(_map(each)["timer"]): self._delayed(_map(each)) for each in _list(state["delayed"])}
        one.open = {command_key(each): each for each in map(self._command, map(_map, _list(state["open"])))}
        for number, text in map(_list, _list(state["errors"])):
            one.remember_error(self._lineages[_number(number)], _text(text))
        return one

    def _step(self, number: Json) -> Lineage | None:
        return None if number is None else self._lineages[_number(number)]

    def _steps(self, numbers: Json) -> tuple[Lineage, ...]:
        return tuple(self._lineages[_number(each)] for each in _list(numbers))

    def _scope(self, state: Mapping[str, Json], groups: Mapping[int, str]) -> Scope:
        parent = None if state["parent"] is None else _place(state["parent"])
        group = groups[parent[0]] if parent else ""
        scope = self._conductor.new_scope(_text(state["path"]), group, parent, _number(state["round"]))
        scope.live, scope.error = _number(state["live"]), _text(state["error"])
        scope.problem = self._step(state["problem"])
        scope.collected = list(self._steps(state["collected"]))
        for each in _list(state["board"]):
            junction, live, arrivals, sources, fired = _list(each)
            texts = [_text(source) for source in _list(sources)]
            scope.board.restore(_text(junction), _number(live), self._steps(arrivals), sources=texts, fired=bool(fired))
        return scope

    def _batch(self, state: Mapping[str, Json]) -> Batch:
        batch = Batch(
            id=_number(state["id"]),
            scope=self._conductor.scopes[_text(state["scope"])],
            planned=self._plan.activities[_text(state["activity"])],
            arrivals=tuple(self._step(each) for each in _list(state["arrivals"])),
            problem=_text(state["problem"]),
            next_ordinal=_number(state["next_ordinal"]),
        )
        for ordinal, outputs in map(_list, _list(state["outputs"])):
            batch.outputs[_number(ordinal)] = self._steps(outputs)
        for ordinal, names, following, given in map(_list, _list(state["members"])):
            members = Members(tuple(_text(each) for each in _list(names)), _number(following))
            members.outputs = {_number(n): self._steps(each) for n, each in map(_list, _list(given))}
            batch.members[_number(ordinal)] = members
        for ordinal, member, at in map(_list, _list(state["loop_started"])):
            batch.loop_started[_number(ordinal), _number(member)] = datetime.fromisoformat(_text(at))
        return batch

    def _round(self, state: Mapping[str, Json]) -> GroupRun:
        command = self._command(_map(state["command"]))
        if not isinstance(command, StartActivity):
            raise TypeError("a group was started by something else than an execution")
        run = GroupRun(self._plan.activities[command.activity], command, self._steps(state["entries"]))
        run.started, run.ended, run.failed = (_number(state[name]) for name in ("started", "ended", "failed"))
        run.error = _text(state["error"])
        run.collected = {_number(n): self._steps(each) for n, each in map(_list, _list(state["collected"]))}
        return run

    def _delayed(self, state: Mapping[str, Json]) -> Delayed:
        link, key = state["link"], state["key"]
        return Delayed(
            scope=self._conductor.scopes[_text(state["scope"])],
            link=None if link is None else self._plan.runbook.links[_number(link)],
            lineages=self._steps(state["lineages"]),
            key=None if key is None else parse_key(_text(key)),
            junction=_text(state["junction"]),
        )

    def _command(self, state: Mapping[str, Json]) -> Command:
        if "delay" in state:
            return StartDelay(_text(state["delay"]), datetime.fromisoformat(_text(state["due"])))
        if "expand" in state:
            return ExpandGroup(parse_key(_text(state["expand"])), _text(state["path"]))
        closing = state["closing"]
        return StartActivity(
            key=parse_key(_text(state["start"])),
            activity=_text(state["activity"]),
            lineage=self._step(state["lineage"]),
            member=_text(state["member"]),
            closing=None if closing is None else _record(closing),
            problem=_text(state["problem"]),
        )


def _read_started(state: Mapping[str, Json]) -> InstanceStarted:
    trigger = state["trigger"]
    return InstanceStarted(
        at=datetime.fromisoformat(_text(state["at"])),
        parameters=_record(state["parameters"]),
        variables=_record(state["variables"]),
        trigger=None if trigger is None else _record(trigger),
        facts=RunFacts(*(_text(each) for each in _list(state["facts"]))),
    )


def _map(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise TypeError("expected a mapping")
    return value


def _list(value: Json) -> Sequence[Json]:
    if not isinstance(value, (list, tuple)):
        raise TypeError("expected a list")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value


def _number(value: Json) -> int:
    if not isinstance(value, int):
        raise TypeError("expected a whole number")
    return value


def _place(value: Json) -> Place:
    batch, ordinal, member = _list(value)
    return _number(batch), _number(ordinal), _number(member)


def _record(value: Json) -> Record:
    found: dict[str, Value] = {}
    for name, each in _map(value).items():
        if each is not None and not isinstance(each, (str, int, float, bool)):
            raise TypeError("expected a record")
        found[name] = each
    return found
