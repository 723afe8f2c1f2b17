"""Strategies that generate runbooks with everything a document can say, and the values in it."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from orchestrion.model.assignment import Policy
from orchestrion.model.condition import (
    COMPLETION_STATUSES,
    AllOf,
    AnyOf,
    Condition,
    Not,
    Operator,
    Predicate,
    StatusIs,
)
from orchestrion.model.ids import RESERVED_ACTIVITY_IDS
from orchestrion.model.runbook import (
    Activity,
    EffectClass,
    Flatten,
    FlattenFormat,
    Flood,
    InDoubtAnswer,
    Link,
    Looping,
    Recovery,
    RetryPolicy,
    ReturnedItem,
    RunBehaviour,
    Runbook,
    Settings,
)
from orchestrion.model.values import Json, ValueType

#: Texts of which many mean something in YAML, and any text.
TEXTS = st.text("ab \n:-#'\"{}[]|>&*!%@`,?=~\\\t.0yn", max_size=30) | st.text(max_size=30)
NAMES = st.text("abc :#'-äÖ1", min_size=1, max_size=20).map(str.strip).filter(bool)
NUMBERS = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
SECONDS = st.integers(0, 10**6) | st.floats(0, 10**6)
COUNTS = st.integers(1, 100)
VALUES: SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True).filter(lambda text: text not in RESERVED_ACTIVITY_IDS)
TYPE_IDS = st.from_regex(r"[a-z][a-z-]{0,5}\.[a-z][a-z-]{0,5}", fullmatch=True)

STATUS_SETS = st.frozensets(st.sampled_from(COMPLETION_STATUSES), min_size=1)
PREDICATES = st.builds(Predicate, TEXTS, st.sampled_from(Operator), TEXTS, TEXTS, st.booleans())
CONDITIONS: SearchStrategy[Condition] = st.recursive(
    st.builds(StatusIs, STATUS_SETS) | PREDICATES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda found: AllOf(tuple(found)))
        | st.lists(inner, max_size=3).map(lambda found: AnyOf(tuple(found)))
        | inner.map(Not)
    ),
    max_leaves=4,
)
FILTERS = st.lists(CONDITIONS, max_size=2).map(tuple)

SETTINGS = st.builds(
    Settings,
    max_simultaneous_jobs=COUNTS,
    max_monitor_instances=COUNTS,
    max_waiting_triggers=COUNTS,
    when_flooded=st.sampled_from(Flood),
    quarantine_after_failures=COUNTS,
    timeout_seconds=SECONDS,
    report_after_seconds=SECONDS,
    report_failure=st.booleans(),
    servers=st.lists(TEXTS, max_size=3).map(tuple),
    assignment=st.none() | st.sampled_from(Policy),
    priority=st.integers(-100, 100),
    recovery=st.sampled_from(Recovery),
    start_monitor_on_check_in=st.booleans(),
)
BEHAVIOURS = st.builds(
    RunBehaviour,
    flatten=st.none() | st.builds(Flatten, st.sampled_from(FlattenFormat), TEXTS),
    report_after_seconds=SECONDS,
    report_failure=st.booleans(),
    timeout_seconds=SECONDS,
    retry=st.builds(RetryPolicy, COUNTS, SECONDS, st.integers(1, 5)),
    effect=st.none() | st.sampled_from(EffectClass),
    in_doubt=st.sampled_from(InDoubtAnswer),
    parallel=COUNTS,
)
LOOPINGS = st.builds(Looping, SECONDS, FILTERS, FILTERS, st.integers(0, 2000), SECONDS)
LINKS = st.builds(Link, IDS, IDS, TEXTS, FILTERS, FILTERS, SECONDS, st.booleans(), TEXTS, st.integers(0, 9))
POSITIONS = st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999))


@st.composite
def activities(draw: DrawFn, activity_id: str) -> Activity:
    """An activity of this id."""
    return Activity(
        id=activity_id,
        type=draw(TYPE_IDS),
        name=draw(TEXTS.filter(bool)),
        description=draw(TEXTS),
        position=draw(POSITIONS),
        enabled=draw(st.booleans()),
        inputs=draw(st.dictionaries(TEXTS, VALUES, max_size=3)),
        behaviour=draw(st.just(RunBehaviour()) | BEHAVIOURS),
        looping=draw(st.none() | LOOPINGS),
    )


@st.composite
def runbooks(draw: DrawFn) -> Runbook:
    """A runbook that can be written; it need not make sense."""
    ids = draw(st.lists(IDS, unique=True, max_size=3))
    items = st.builds(ReturnedItem, TEXTS, st.sampled_from(ValueType), TEXTS)
    return Runbook(
        name=draw(NAMES),
        description=draw(TEXTS),
        settings=draw(st.just(Settings()) | SETTINGS),
        returned_data=tuple(draw(st.lists(items, max_size=2))),
        activities={each: draw(activities(each)) for each in ids},
        links=tuple(draw(st.lists(LINKS, max_size=3))),
    )
