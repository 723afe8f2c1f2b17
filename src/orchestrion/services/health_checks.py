"""What each check of the installation's health makes of what was seen; plain functions of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrion.model.health import Check, Grade
from orchestrion.ports.observability import DatabaseFacts, Figures

_SLOW_SECONDS = 1.0  # a database that takes so long to answer slows everything down
_OFFSET_SECONDS = 2.0  # between the clock here and the database's: timers are due by the one, leases by the other
_WAIT_SECONDS = 60.0  # an instance that waits so long for a server has none with a free slot
_FULL_BYTES, _LOW_BYTES, _LOW_SHARE = 100_000_000, 1_000_000_000, 0.05  # of what is left of the disk


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database said, how long that took, and how far its clock is ahead of ours; in seconds."""

    facts: DatabaseFacts
    figures: Figures
    took: float
    ahead: float


def unreachable(reason: str, since: datetime) -> Check:
    """The database does not answer."""
    way_out = "Start it, mend the way to it, or name another with --database. What runs waits, and then goes on."
    return Check("database", _DATABASE, Grade.FAILING, reason, way_out, since)


def of_database(seen: Seen, needed_schema: str) -> tuple[Check, ...]:
    """Whether it answers, has our schema, keeps what is committed, and knows the same time as we do."""
    return _answer(seen), of_schema(seen.facts.schema, needed_schema), _durability(seen.facts), _clock(seen.ahead)


def of_schema(found: str, needed: str) -> Check:
    """Whether the database has the schema of this release."""
    name = "Schema"
    if found == needed:
        return Check("schema", name, Grade.OK, f"It is {needed}, that of this release.")
    detail = f"The database has {found or 'none'}, this release needs {needed}."
    if found < needed:
        return Check("schema", name, Grade.FAILING, detail, "Run `orchestrion db migrate`.")
    way_out = "Servers of the release before go on working during an upgrade; upgrade this one next."
    return Check("schema", name, Grade.DEGRADED, detail, way_out)


def of_key(problem: str) -> Check:
    """Whether the master key at hand is the one that the secrets were sealed with."""
    if problem:
        way_out = "Bring the key of this installation to where it is looked for: `orchestrion key check` says where."
        return Check("key", "Master key", Grade.FAILING, problem, way_out)
    return Check("key", "Master key", Grade.OK, "It fits the database.")


def of_servers(figures: Figures) -> tuple[Check, ...]:
    """Whether runbook servers are there, and one of them leads."""
    online = [each.name for each in figures.servers if each.status != "offline"]
    offline = [each.name for each in figures.servers if each.status == "offline"]
    if not online:
        way_out = "Start one: `orchestrion runbook-server`."
        return (Check("servers", _SERVERS, Grade.FAILING, "None is online: jobs wait until one is.", way_out),)
    leader = _leader(figures)
    if offline:
        way_out = "Start them again. Others go on with what they ran."
        return Check("servers", _SERVERS, Grade.DEGRADED, f"Not online: {', '.join(offline)}.", way_out), leader
    if not any(each.status == "online" for each in figures.servers):
        way_out = "Let one take work again: `orchestrion server resume NAME`."
        detail = f"None takes work, by what people want: {', '.join(online)}."
        return Check("servers", _SERVERS, Grade.DEGRADED, detail, way_out), leader
    return Check("servers", _SERVERS, Grade.OK, f"{len(online)} online."), leader


def of_runs(figures: Figures) -> tuple[Check, ...]:
    """Whether work is taken up, and whether any waits for a person."""
    return _queue(figures), _held(figures)


def of_disk(free: int, total: int) -> Check:
    """Whether there is room where the data folder lies; in bytes."""
    name, detail = "Disk of the data folder", f"{_gigabytes(free)} of {_gigabytes(total)} are free."
    way_out = "Make room, or move the data folder to a larger disk."
    if free < _FULL_BYTES:
        return Check("disk", name, Grade.FAILING, detail, way_out)
    if free < _LOW_BYTES or free < total * _LOW_SHARE:
        return Check("disk", name, Grade.DEGRADED, detail, way_out)
    return Check("disk", name, Grade.OK, detail)


_DATABASE, _SERVERS = "Orchestration database", "Runbook servers"


def _answer(seen: Seen) -> Check:
    detail = f"{seen.facts.product} answered in {seen.took * 1000:.0f} ms."
    if seen.facts.is_standby:
        way_out = "Point --database to the primary."
        return Check("database", _DATABASE, Grade.FAILING, "It is a standby: nothing can be written to it.", way_out)
    if seen.took > _SLOW_SECONDS:
        way_out = "Look at its load, and at the way to it."
        return Check("database", _DATABASE, Grade.DEGRADED, detail, way_out)
    return Check("database", _DATABASE, Grade.OK, detail)


def _durability(facts: DatabaseFacts) -> Check:
    """The promise of durability.md 8, named."""
    code, name = "durability", "Durability"
    if facts.unsafe:
        settings = ", ".join(f"{setting} = {value}" for setting, value in facts.unsafe.items())
        way_out = "Turn it on in the database: without it, what has ended may run again after a power cut."
        return Check(code, name, Grade.FAILING, f"Commits may be lost when its machine stops: {settings}.", way_out)
    if facts.synchronous_standbys is None:
        return Check(code, name, Grade.OK, "Every commit is on this machine's disk when it counts; back the file up.")
    if facts.wants_standby and not facts.synchronous_standbys:
        way_out = "Start the standby, or take it out of synchronous_standby_names."
        return Check(code, name, Grade.FAILING, "Commits wait for a synchronous standby, and none is there.", way_out)
    if facts.wants_standby:
        return Check(code, name, Grade.OK, "A synchronous standby has every commit: nothing is lost in a failover.")
    return Check(
        code,
        name,
        Grade.OK,
        "Every commit is on the primary's disk. There is no synchronous standby: a failover may lose the last commits, "
        "and what has not ended is held then until a person releases it.",
    )


def _clock(ahead: float) -> Check:
    where = "ahead of" if ahead > 0 else "behind"
    detail = f"The database's clock is {abs(ahead):.1f} s {where} this machine's."
    if abs(ahead) > _OFFSET_SECONDS:
        way_out = "Let both follow the same time service: schedules and delays go by this machine's clock."
        return Check("clock", "Clocks", Grade.DEGRADED, detail, way_out)
    return Check("clock", "Clocks", Grade.OK, detail)


def _leader(figures: Figures) -> Check:
    if figures.leader is None:
        detail = "No runbook server leads: the work of one that dies is not taken over."
        way_out = "One takes the lead within seconds; if none does, look into their logs."
        return Check("leader", "Leader", Grade.DEGRADED, detail, way_out)
    return Check("leader", "Leader", Grade.OK, f"{figures.leader} watches over the others.")


def _queue(figures: Figures) -> Check:
    pending = figures.jobs.get("pending", 0)
    age = f", the oldest for {_span(figures.oldest_pending)}" if pending else ""
    detail = f"{pending} pending{age}; {figures.instances.get('owned', 0)} instances run."
    if figures.oldest_ready > _WAIT_SECONDS:
        waits = f"An instance has been waiting for a server for {_span(figures.oldest_ready)}. {detail}"
        way_out = "Start more runbook servers, raise their capacity, or look why the permitted ones are not there."
        return Check("queue", "Queue", Grade.DEGRADED, waits, way_out)
    return Check("queue", "Queue", Grade.OK, detail)


def _held(figures: Figures) -> Check:
    held, name = figures.instances.get("held", 0), "Waiting for a person"
    if figures.in_doubt or held:
        detail = f"{figures.in_doubt} activities in doubt, {held} instances held."
        way_out = "`orchestrion doubt list` and `orchestrion job list` show them, with their reasons."
        return Check("held", name, Grade.DEGRADED, detail, way_out)
    return Check("held", name, Grade.OK, "Nothing.")


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
