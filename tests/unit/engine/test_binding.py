"""From templates to the inputs of an execution: paths, variables, functions, errors (spec 4.2-4.7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orchestrion.engine.binding import Environment, bind, compile_input
from orchestrion.engine.lineage import Lineage
from orchestrion.model.condition import Status
from orchestrion.model.errors import BindingError, TemplateError
from orchestrion.model.values import Json, Value
from tests.unit.engine.driver import FAILS, Driver, Ends, plan_of, publishes, run

FIRST = Lineage("a", {"text": "first", "n": 5, "flag": True}, Status.SUCCESS, None)
PATH = Lineage("b", {"text": "second"}, Status.SUCCESS, FIRST)


START = Environment(
    PATH,
    {"Folder/Name": "from variable", "Limit": 7},
    counters={"Folder/Runs": 3},
    members={"Web servers": "web1"},
    now=datetime(2026, 1, 31, 22, 30, tzinfo=UTC),
    seed="execution 1",
    offset=timedelta(hours=2),
)


def bound(value: Json, environment: Environment = START) -> Json:
    """What one input becomes for a record that came through a and b."""
    return bind("Read it", {"value": compile_input(value)}, environment)["value"]


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ('{{ a["n"] }}', 5),
        ("{{ a.flag }}", True),
        ('n is {{ a["n"] }}', "n is 5"),
        ("{{ a.flag }}!", "true!"),
        ("{{ a.text }}-{{ b.text }}", "first-second"),
        ("{{ 1.5 }}", 1.5),
        ("{{ null }}x", "x"),
        ('{{ "{{" }} as it stands }}', "{{ as it stands }}"),
        ("no template", "no template"),
    ],
)
def test_one_expression_keeps_its_type_and_text_makes_text(template: str, value: Value) -> None:
    """A text that is exactly one expression keeps number and boolean; mixed with text it becomes text."""
    assert bound(template) == value


@pytest.mark.parametrize("template", ['{{ c["text"] }}', '{{ a["nothing"] }}'])
def test_missing_data_is_an_empty_text(template: str) -> None:
    """An activity that is not on the path, or an item it did not publish (4.3)."""
    assert bound(template) == ""


def test_templates_are_found_at_any_depth() -> None:
    """Rows of tables and values of mappings are bound one by one; other values stay."""
    assert bound({"rows": [{"x": "{{ a.n }}", "y": 1}, "{{ b.text }}"], "on": True}) == {
        "rows": [{"x": 5, "y": 1}, "second"],
        "on": True,
    }


def test_variables_are_read_by_their_path() -> None:
    """Folder and name, and the value keeps its type (4.7)."""
    assert bound('{{ var["Folder/Name"] }}') == "from variable"
    assert bound('{{ var["Limit"] }}') == 7


def test_a_run_uses_the_variables_it_was_started_with() -> None:
    """They are frozen per instance (OQ-7)."""
    text = """{activities: {a: {type: test.step, inputs: {value: '{{ var["Limit"] }}'}}}, links: []}"""
    assert Driver(plan_of(text), {}, variables={"Limit": 7}).run().values("a") == [7]


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("Upper('ab')", "AB"),
        ("Lower('AB')", "ab"),
        ("Field('a;b;c', ';', 2)", "b"),
        ("Sum(1, 2, 3)", 6),
        ("Diff(5.5, 1.3, 2)", "4.20"),
        ("Mult(2, 5)", 10),
        ("Div(7, 2, 2)", "3.50"),
        ("Div(8, 4)", 2),
        ("Instr('abcdef', 'cd')", 3),
        ("Right('abcdef', 2)", "ef"),
        ("Left('abcdef', 2)", "ab"),
        ("Mid('abcdef', 2, 3)", "cde"),
        ("LTrim(' a ')", "a "),
        ("RTrim(' a ')", " a"),
        ("Trim(' a ')", "a"),
        ("Len('abc')", 3),
    ],
)
def test_functions_give_their_documented_results(call: str, result: Value) -> None:
    """The test vectors of 4.6."""
    assert bound(f"{{{{ {call} }}}}") == result


def test_functions_nest_and_take_items() -> None:
    """Arguments may be calls and subscriptions (OQ-6)."""
    assert bound("{{ Upper(Left(b.text, 3)) }}") == "SEC"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ upper('a') }}", "there is no function 'upper'; did you mean Upper? Names are case-sensitive"),
        ("{{ Left('a') }}", "Left takes 2 arguments, found 1"),
        ("{{ Sum('many') }}", "Sum: 'many' is not a number"),
        ("{{ Div(1, 0) }}", "Div: division by zero"),
        ('{{ var["Unknown"] }}', "there is no variable 'Unknown'"),
        ('{{ counter["Unknown"] }}', "there is no counter 'Unknown'"),
        ('{{ group["Unknown"] }}', "the computer group 'Unknown' has no members"),
    ],
)
def test_errors_name_activity_input_and_position(template: str, reason: str) -> None:
    """What cannot be computed fails the activity, and the message says where (4.6)."""
    with pytest.raises(BindingError) as caught:
        bound(template)
    assert str(caught.value) == f"activity 'Read it', input 'value': {reason} (at character 4)"


def test_an_error_inside_a_list_names_its_place() -> None:
    """The property is the one text that failed, and the position counts in it."""
    with pytest.raises(BindingError, match=r"input 'value\[1\]\.x': Div: division by zero \(at character 7\)"):
        bound(["{{ a.n }}", {"x": "n: {{ Div(a.n, 0) }}"}])


def test_a_counter_and_a_member_of_a_group_are_read_by_their_path() -> None:
    """The executor hands in the counter's value, and the computer this execution runs for (6.1, 6.2)."""
    assert bound('{{ counter["Folder/Runs"] + 1 }}') == 4
    assert bound('{{ group["Web servers"] }}:80') == "web1:80"


def test_now_is_the_moment_of_the_execution() -> None:
    """In UTC as a whole, in parts on the server's clock, and the same wherever it is asked."""
    assert bound("{{ Now() }}") == "2026-01-31T22:30:00+00:00"
    assert bound(["{{ Now('month') }}", "{{ Now('hour') }}"]) == [2, 0]


def test_ids_differ_in_an_execution_and_are_the_same_on_replay() -> None:
    """They are derived from the execution and the number of the call in it."""
    first, second = (bound(["{{ Guid() }}", "{{ Guid() }}"]) for _ in range(2))
    assert first == second
    assert isinstance(first, list)
    assert first[0] != first[1]
    assert bound("{{ Guid() }}", replace(START, seed="execution 2")) != first[0]


@pytest.mark.parametrize("call", ["Now()", "Guid()"])
def test_impure_functions_need_an_execution(call: str) -> None:
    """Where nothing is started there is no moment to take."""
    with pytest.raises(BindingError, match=call[:-2]):
        bound(f"{{{{ {call} }}}}", Environment(PATH, {}))


def test_a_mistake_in_a_template_names_its_place() -> None:
    """It is found when the runbook is compiled, not when it runs."""
    with pytest.raises(TemplateError, match="at character 11"):
        compile_input("value: {{ ]")


def test_code_is_taken_as_it_stands() -> None:
    """Values are never spliced into a script (4.4)."""
    code = compile_input("print('{{ a.text }}')", verbatim=True)
    assert bind("Run", {"script": code}, Environment(PATH, {})) == {"script": "print('{{ a.text }}')"}


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("Activity ID", "a"),
        ("Activity name", "Look"),
        ("Activity type", "test.step"),
        ("Activity status", "failed"),
        ("Error summary text", "it broke"),
        ("Runbook name", "Test"),
        ("Activity duration", 0.0),
        ("Activity end time in UTC", "2026-01-01T00:00:01+00:00"),
        ("Activity end time in UTC (year)", 2026),
        ("Activity end time in UTC (month)", 1),
        ("Activity end time in UTC (day)", 1),
        ("Activity end time in UTC (weekday)", "Thursday"),
        ("Activity end time in UTC (hours)", 0),
        ("Activity end time in UTC (minutes)", 0),
        ("Activity end time in UTC (seconds)", 1),
        ("Loop: Enabled", False),
        ("Loop: Number of attempts", 1),
        ("Loop: Total duration", 0.0),
        ("Previous Activity", ""),
    ],
)
def test_every_activity_publishes_the_common_items(item: str, value: Value) -> None:
    """Their names are exact (4.2); A ended one second after the beginning of 2026, with a failure."""
    ran = run(
        f"""
        activities:
          a: {{type: test.step, name: Look}}
          b: {{type: test.step, inputs: {{value: '{{{{ a["{item}"] }}}}'}}}}
        links: [{{from: a, to: b, include: []}}]
        """,
        a=FAILS,
    )
    assert ran.values("b") == [value]


def test_the_previous_activity_is_the_one_the_record_came_from() -> None:
    """Not any of those that lead to it: B failed here, and C is what E follows."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          c: {type: test.step, name: Other way}
          d: {type: test.step}
          e: {type: test.step, inputs: {value: '{{ d["Previous Activity Name"] }}'}}
        links: [{from: a, to: b}, {from: a, to: c}, {from: b, to: d}, {from: c, to: d}, {from: d, to: e}]
        """,
        b=FAILS,
    )
    assert ran.values("e") == ["Other way"]


def test_each_record_reads_its_own_history() -> None:
    """C runs once per record of B and sees the record of A it came from (4.3)."""
    ran = run(
        """
        activities:
          a: {type: test.step}
          b: {type: test.step}
          c: {type: test.step, inputs: {value: '{{ a["n"] }}{{ b["n"] }}'}}
        links: [{from: a, to: b}, {from: b, to: c}]
        """,
        a=publishes(1, 2),
        b=[publishes("x", "y"), publishes("z")],
    )
    assert ran.values("c") == ["1x", "1y", "2z"]


def test_every_return_data_adds_a_record() -> None:
    """It runs for each record, and the parent sees them all (OQ-10)."""
    ran = run(
        """
        returned_data: [{name: pid, type: number}]
        activities:
          a: {type: test.step}
          r: {type: runbook-control.return-data, inputs: {values: {pid: '{{ a["n"] }}'}}}
        links: [{from: a, to: r}]
        """,
        a=publishes(1, 2),
    )
    assert ran.end.returned == ({"pid": 1}, {"pid": 2})


def test_initialize_data_publishes_the_parameters() -> None:
    """Later activities read them as its items."""
    text = """
        activities:
          start: {type: runbook-control.initialize-data, inputs: {parameters: [{name: Service}]}}
          b: {type: test.step, inputs: {value: '{{ start["Service"] }}'}}
        links: [{from: start, to: b}]
        """
    ran = Driver(plan_of(text), {"b": Ends()}, parameters={"Service": "nginx"}).run()
    assert ran.values("b") == ["nginx"]
