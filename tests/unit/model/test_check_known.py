"""Authoring checks against the installation around a runbook, and of settings and conditions."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from orchestrion.model.activity_type import ActivityType, EffectTable, Field, FieldKind
from orchestrion.model.check import check
from orchestrion.model.codec import read_runbook
from orchestrion.model.finding import Finding, Severity
from orchestrion.model.known import Known, KnownRunbook
from orchestrion.model.runbook import INVOKE_RUNBOOK, EffectClass, Parameter
from orchestrion.model.values import ValueType
from tests.unit.engine.driver import TYPES

MAIL = ActivityType(
    "test.mail",
    "test",
    "Mail",
    "Test",
    effect=EffectTable(EffectClass.ONCE),
    inputs=(
        Field("text", "Text"),
        Field("password", "Password", FieldKind.SECRET),
        Field("code", "Code", FieldKind.CODE),
        Field("rows", "Rows", FieldKind.TABLE, columns=(Field("key", "Key", FieldKind.SECRET),)),
    ),
)
INVOKE = ActivityType(
    INVOKE_RUNBOOK,
    "runbook-control",
    "Invoke Runbook",
    "Control",
    inputs=tuple(Field(name, name) for name in ("runbook", "by_path", "parameters")),
)
CHILD = KnownRunbook("Folder/Child", False, True, (Parameter("n", ValueType.NUMBER), Parameter("t", required=False)))
KNOWN = Known(
    variables={"open": False, "secret": True},
    counters=frozenset({"jobs"}),
    computer_groups=frozenset({"web"}),
    servers={"one": frozenset({"zone=dmz"})},
    runbooks={"child": CHILD, "watch": KnownRunbook("Watch", True, True), "gone": None},
)


def findings(text: str) -> list[Finding]:
    """What the check finds, hints left out."""
    document = {"orchestrion": "runbook/1", "name": "Test", **YAML(typ="safe").load(text)}
    types = TYPES | {MAIL.id: MAIL, INVOKE.id: INVOKE}
    return [each for each in check(read_runbook(document), types, KNOWN) if each.severity is not Severity.INFO]


def codes(text: str) -> list[str]:
    """The codes of what the check finds."""
    return [each.code for each in findings(text)]


def mail(inputs: str) -> str:
    """A runbook with one mail."""
    return f"activities: {{a: {{type: test.mail, inputs: {{{inputs}}}}}}}"


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ("text: '{{ var[\"open\"] }}'", []),
        ("password: '{{ var[\"Secret\"] }}'", []),
        ("rows: [{key: '{{ var[\"Secret\"] }}'}]", []),
        ("text: '{{ var[\"Secret\"] }}'", ["encrypted-variable-in-open-field"]),
        ("text: '{{ Upper(var[\"Secret\"]) }}'", ["encrypted-variable-in-open-field"]),
        ("password: 'x{{ var[\"Secret\"] }}'", ["encrypted-variable-in-open-field"]),
        ("text: '{{ var[\"Nope\"] }}'", ["unknown-variable"]),
        ('text: \'{{ counter["nope"] }}{{ counter["Jobs"] }}\'', ["unknown-counter"]),
        ("text: '{{ group[\"nope\"] }}'", ["unknown-computer-group"]),
        ('text: \'{{ group["web"] }}{{ group["Db"] }}\'', ["several-computer-groups", "unknown-computer-group"]),
        ("code: 'if {{ no template }}'", []),
    ],
)
def test_vector_23_an_encrypted_variable_fills_a_secret_field_alone(inputs: str, found: list[str]) -> None:
    """Anywhere else it is refused; what does not exist is told of."""
    assert codes(mail(inputs)) == found


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        ("runbook: child, parameters: {n: 5}", []),
        ("runbook: child, parameters: {n: '{{ var[\"open\"] }}'}", []),
        ("runbook: child", ["invoked-parameters"]),
        ("runbook: child, parameters: {n: five}", ["invoked-parameters"]),
        ("runbook: child, parameters: {n: 5, x: 1}", ["invoked-parameters"]),
        ("runbook: watch", ["invoked-monitor"]),
        ("runbook: gone", ["unknown-runbook"]),
        ("runbook: '{{ var[\"open\"] }}'", []),
    ],
)
def test_an_invoked_runbook_is_checked_as_far_as_it_is_known(inputs: str, found: list[str]) -> None:
    """Its parameters by name and type; a monitor cannot be invoked."""
    assert codes(f"activities: {{a: {{type: {INVOKE_RUNBOOK}, inputs: {{{inputs}}}}}}}") == found


def test_unknown_servers_are_told_of() -> None:
    """The finding names the setting."""
    (found,) = findings("settings: {servers: [one, two]}\nactivities: {a: {type: test.step}}")
    assert (found.code, found.place.property) == ("unknown-servers", "settings.servers")


@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        ("behaviour: {effect: verifiable}", ["effect-without-probe"]),
        ("behaviour: {effect: idempotent}", []),
    ],
)
def test_an_activity_without_a_probe_cannot_be_verifiable(behaviour: str, found: list[str]) -> None:
    """The author may say anything else about it."""
    assert codes(f"activities: {{a: {{type: test.mail, {behaviour}}}}}") == found


def test_settings_that_count_for_nothing_are_told_of() -> None:
    """A monitor is watched, not run: it knows no time limit."""
    assert codes("activities: {a: {type: test.monitor, behaviour: {timeout_seconds: 5}}}") == ["no-effect"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("{item: text, operator: equals, value: x}", []),
        ("{item: nothing, operator: equals, value: x}", ["condition"]),
        ("{item: text, operator: equals, value: '{{ a.n }}'}", []),
        ("{item: text, operator: equals, value: '{{ b.n }}'}", ["condition"]),
        ("{item: text, operator: matches pattern, value: '(x'}", ["condition"]),
        ("{not: {item: text, operator: equals, value: '{{ a['}}", ["condition"]),
    ],
)
def test_a_condition_reads_what_is_there(condition: str, found: list[str]) -> None:
    """Items of its source, and values that run before."""
    link = f"{{from: a, to: b, include: [{condition}]}}"
    text = f"activities: {{a: {{type: test.step}}, b: {{type: test.step}}}}\nlinks: [{link}]"
    assert codes(text) == found


def test_a_subscription_that_may_be_empty_is_a_hint() -> None:
    """Authors use it on purpose, or overlook it."""
    text = """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          c: {type: test.step}
          d: {type: test.step, inputs: {value: '{{ a.text }}{{ b.text }}'}}
        links: [{from: a, to: b}, {from: a, to: c}, {from: b, to: d}, {from: c, to: d}]
        """
    document = {"orchestrion": "runbook/1", "name": "Test", **YAML(typ="safe").load(text)}
    hints = [each for each in check(read_runbook(document), TYPES) if each.code == "may-be-empty"]
    assert [each.message for each in hints] == ["'d', input 'value' may be empty: 'b' is not on every way here."]
