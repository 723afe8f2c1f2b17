"""Expressions inside templates: reading, precedence, types, references, and what is found before a run."""

from __future__ import annotations

import pytest

from orchestrion.model.check_expressions import expression_mistakes
from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import DocumentError, TemplateError
from orchestrion.model.expression import (
    Constant,
    CounterReference,
    GroupReference,
    Reference,
    Subscription,
    evaluate,
)
from orchestrion.model.functions_core import ExpressionError, MissingValueError, Surroundings
from orchestrion.model.ids import RESERVED_ACTIVITY_IDS
from orchestrion.model.template import parse, spell
from orchestrion.model.values import Value

DATA: dict[str, Value] = {"n": 5, "text": "abc", "digits": "7", "on": True, "none": None}


def resolve(reference: Reference) -> Value:
    """Items of the activity `a`; nothing else has a value."""
    if isinstance(reference, Subscription) and reference.activity == "a":
        return DATA[reference.item]
    raise LookupError("there is nothing else")


def value(expression: str) -> Value:
    """What one expression gives."""
    return evaluate(parse(f"{{{{{expression}}}}}").segments[0], resolve, Surroundings())


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 2", 3),
        ("-2 * -3", 6),
        ("- -a.n", 5),
        ("-a.n + 1", -4),
        ("'a' & 1 + 2", "a3"),
        ("'a' & 'b' == 'ab'", True),
        ("1 + 1 == 2 and not 1 > 2", True),
        ("not true or true", True),
        ("not (true or true)", False),
        ("false and false or true", True),
        ("not not a.on", True),
    ],
)
def test_operators_bind_from_or_to_minus(expression: str, result: Value) -> None:
    """From the loosest: or, and, not, comparison, &, + -, * / %, unary minus; parentheses beat them all."""
    assert value(expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("0.1 + 0.2", 0.3),
        ("a.digits + 1", 8),
        ("7 / 2", 3.5),
        ("1 / 3", 0.333333333333333),
        ("-7 % 3", -1),
        ("7.5 % 2", 1.5),
        ("999999999999999 + 0", 999999999999999),
    ],
)
def test_arithmetic_is_decimal(expression: str, result: Value) -> None:
    """Exact up to 15 significant digits (OQ-6); texts that are numbers count; a remainder has the dividend's sign."""
    assert value(expression) == result


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 == 1.0", True),
        ("a.digits == 7.0", True),
        ("'1' == '1.0'", False),
        ("'A' == 'a'", False),
        ("true == 'yes'", True),
        ("true == 'perhaps'", False),
        ("null == ''", True),
        ("a.n != 'five'", True),
        ("2 < 10", True),
        ("a.digits >= 7", True),
        ("'2' < '10'", False),
        ("'b' > 'a'", True),
    ],
)
def test_comparisons_compare_like_with_like(expression: str, result: Value) -> None:
    """Numbers as numbers when one is and the other can be, booleans likewise, all else as text."""
    assert value(expression) is result


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 + 'x'", "'+' takes numbers, found 'x'"),
        ("1 * true", "'*' takes numbers, found true"),
        ("1 - null", "'-' takes numbers, found nothing"),
        ("-a.text", "'-' takes numbers, found 'abc'"),
        ("1 / 0", "'/' divides by zero"),
        ("1 % 0", "'%' divides by zero"),
        ("not 'x'", "'not' takes true or false, found 'x'"),
        ("true and 3", "'and' takes true or false, found 3"),
        ("1 < 'x'", "'<' takes two numbers or two texts, found 1 and 'x'"),
        ("true > false", "'>' takes two numbers or two texts, found true and false"),
    ],
)
def test_an_error_names_the_operator_and_the_value(expression: str, reason: str) -> None:
    """Types are strict: nothing is guessed."""
    with pytest.raises(ExpressionError) as caught:
        value(expression)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("true or 1 / 0", True),
        ("false and 1 / 0 and 1 / 0", False),
        ("If(a.on, 'yes', 1 / 0)", "yes"),
        ("If(false, b.missing, 'no')", "no"),
        ("Coalesce(a.none, a.text, 1 / 0)", "abc"),
    ],
)
def test_what_is_not_needed_is_not_evaluated(expression: str, result: Value) -> None:
    """An error on the way not taken does not count."""
    assert value(expression) == result


def test_an_error_knows_the_position_of_what_failed() -> None:
    """It is the inner operator or call, counted in the text of the input."""
    with pytest.raises(ExpressionError) as caught:
        value("If(true, 1 + Left('a', 'x'), 2)")
    assert caught.value.position == len("{{If(true, 1 + ")


def test_a_reference_without_a_value_is_named() -> None:
    """The error passes through calls as it is, with the position of the reference."""
    with pytest.raises(MissingValueError, match="there is nothing else") as caught:
        value('Coalesce(Upper(counter["Folder/Name"]), 1)')
    assert caught.value.position == len("{{Coalesce(Upper(")


def test_counters_and_groups_are_references() -> None:
    """They are written like variables, by their path."""
    read = parse('{{ counter["Folder/Name"] }}{{ group["Web servers"] }}')
    assert read.segments == (CounterReference("Folder/Name"), GroupReference("Web servers"))


def test_a_negative_number_is_a_constant() -> None:
    """The minus before digits is folded into them, and nothing else is."""
    assert parse("{{ -1.5 }}").segments == (Constant(-1.5),)
    assert not parse("{{ 1 + 1 }}").is_constant


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 < 2 < 3", "comparisons are not chained"),
        ("1 + not true", "'not' behind an operator stands in parentheses"),
        ("1 +", "expected a value, found '}}'"),
        ("and 1", "expected a value, found 'and'"),
        ("(1", "expected '\\)', found '}}'"),
        ("1 2", "expected '}}', found '2'"),
        ("counter.Name", "expected '\\[', found '\\.'"),
        ("9" * 301, "a number has at most 300 digits"),
    ],
)
def test_a_mistake_is_found_when_it_is_read(expression: str, reason: str) -> None:
    """What is no expression never gets as far as a run."""
    with pytest.raises(TemplateError, match=reason):
        value(expression)


@pytest.mark.parametrize("opening", ["(", "-", "not ", "Upper(", "If(true, ", "1 + (", "1 or b.c and (1 == "])
def test_nesting_has_a_bound(opening: str) -> None:
    """However deep somebody nests, it is a mistake in the text and no failure of ours."""
    with pytest.raises(TemplateError, match="nested deeper"):
        value(opening * 5000)


def test_a_long_chain_is_not_deep() -> None:
    """Thousands of operators on one level read and evaluate."""
    assert value(" + ".join(["1"] * 5000)) == 5000


@pytest.mark.parametrize(
    "expression",
    ["a[\"x\"] & ('b' & var['c'])", "not (true and -a.n < 1)", 'group["a\\"b"] == counter["c"]', "1 - (2 - 3) - 4"],
)
def test_a_spelled_expression_reads_the_same(expression: str) -> None:
    """Parentheses come back where they count."""
    read = parse(f"{{{{{expression}}}}}").segments[0]
    assert parse(f"{{{{ {spell(read)} }}}}").segments == (read,)


@pytest.mark.parametrize("name", sorted(RESERVED_ACTIVITY_IDS))
def test_a_reserved_word_is_no_activity_id(name: str) -> None:
    """A document that uses one is refused, and the message says so."""
    with pytest.raises(DocumentError, match="no reserved word"):
        read_runbook({"orchestrion": "runbook/1", "name": "R", "activities": {name: {"type": "test.step"}}})


def mistakes(expression: str) -> list[tuple[str, int, bool]]:
    """Code, position and certainty of what a check finds in one expression."""
    found = expression_mistakes(parse(f"{{{{{expression}}}}}").segments[0])
    return [(each.code, each.position - 2, each.is_certain) for each in found]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("upper(a.x)", [("unknown-function", 0, True)]),
        ("1 + Left(a.x)", [("wrong-arguments", 4, True)]),
        ("a.n + 1 / 0", [("never-computes", 8, True)]),
        ("If(a.on, 1 / 0, 2)", [("never-computes", 11, False)]),
        ("a.on and not 3", [("never-computes", 9, False)]),
        ("If(true, 1, 1 / 0)", []),
        ("Now('day') + Len(a.x)", []),
    ],
)
def test_a_check_finds_what_no_run_can_compute(expression: str, found: list[tuple[str, int, bool]]) -> None:
    """Unknown functions, wrong numbers of arguments, constant parts without a value; with the place of each."""
    assert mistakes(expression) == found


def test_a_check_suggests_the_right_name() -> None:
    """Function names are case-sensitive, and easily mistyped."""
    found = next(expression_mistakes(parse("{{ regexreplace(a.x) }}").segments[0]))
    assert found.fix == "Did you mean RegexReplace? Names are case-sensitive."
