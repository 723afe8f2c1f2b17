"""Parsers of what people write raise nothing but their own errors."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.interchange.bracket_functions import native
from orchestrion.model.check_expressions import expression_mistakes
from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Operator, Predicate, Status, evaluate
from orchestrion.model.errors import DocumentError, TemplateError
from orchestrion.model.expression import (
    Call,
    Constant,
    CounterReference,
    Expression,
    GroupReference,
    Inversion,
    Negation,
    Operation,
    Reference,
    Subscription,
    VariableReference,
)
from orchestrion.model.expression import evaluate as evaluate_expression
from orchestrion.model.functions import FUNCTIONS, call
from orchestrion.model.functions_core import Surroundings
from orchestrion.model.operators import LEVELS
from orchestrion.model.pattern_cost import steps_to_search
from orchestrion.model.template import escape, parse, spell
from orchestrion.model.values import Value

VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
JSON = st.recursive(
    st.one_of(VALUES, st.sampled_from(["runbook/1", "test.step", "a", "{{"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["orchestrion", "name", "activities", "links", "from", "to", "a", "type", "inputs", "include"]
            ),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=20,
)
SIGNS = ["{{", "}}", "[", "]", "(", ")", ",", ".", "'", "\\", " ", "-", *LEVELS]
WORDS = ["a", "var", "counter", "group", "not ", "true", '"x"', "'7'", "-1", "2.5", "9" * 400, "Upper", "If", "Regex"]
PIECES = st.lists(st.sampled_from([*SIGNS, *WORDS]), max_size=25).map("".join)
NOW = Surroundings(datetime(2026, 2, 28, tzinfo=UTC), "seed")
NAMES = st.text(max_size=5)
LEAVES: st.SearchStrategy[Expression] = st.one_of(
    st.one_of(st.none(), st.booleans(), st.text(), st.integers(-(10**20), 10**20)).map(Constant),
    st.integers(-(10**14), 10**14).map(lambda number: Constant(number / 1000)),
    st.builds(Subscription, st.sampled_from(["a", "b"]), NAMES),
    st.builds(VariableReference, NAMES),
    st.builds(CounterReference, NAMES),
    st.builds(GroupReference, NAMES),
)


def operations(operands: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Chains of operators of one level; comparisons are not chained."""

    def chained(level: int) -> st.SearchStrategy[Expression]:
        signs = st.sampled_from([sign for sign, own in LEVELS.items() if own == level])
        many = st.lists(st.tuples(signs, operands), min_size=1, max_size=1 if level == LEVELS["=="] else 3)
        return st.builds(
            lambda first, rest: Operation(
                tuple(sign for sign, _ in rest), (first, *(each for _, each in rest)), (0,) * len(rest)
            ),
            operands,
            many,
        )

    return st.sampled_from(sorted(set(LEVELS.values()))).flatmap(chained)


def is_folded(expression: Expression) -> bool:
    """Whether a minus stands before digits, which reading makes one constant."""
    return (
        isinstance(expression, Negation)
        and isinstance(expression.operand, Constant)
        and isinstance(expression.operand.value, (int, float))
        and not isinstance(expression.operand.value, bool)
    )


EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Call, st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, max_size=3).map(tuple)),
        st.builds(Inversion, inner),
        st.builds(Negation, inner).filter(lambda each: not is_folded(each)),
        operations(inner),
    ),
    max_leaves=12,
)


def resolve(reference: Reference) -> Value:
    """Variables have their name as value; nothing else has any."""
    if isinstance(reference, VariableReference):
        return reference.path
    raise LookupError("nothing")


@given(st.one_of(st.text(), PIECES))
def test_a_template_parses_or_says_where_it_is_wrong(text: str) -> None:
    """Any text is a template or raises TemplateError with a position inside it."""
    assert 0 <= _position(text) <= len(text)


def _position(text: str) -> int:
    try:
        parse(text)
    except TemplateError as error:
        return error.position
    return 0


@given(st.text())
def test_an_escaped_text_is_its_own_value(text: str) -> None:
    """What `escape` gives is a template whose value is the text."""
    template = parse(escape(text))
    assert template.is_constant
    assert "".join(str(getattr(segment, "value", "")) for segment in template.segments) == text


@given(JSON)
def test_a_document_reads_or_names_the_place(document: object) -> None:
    """Any JSON is a runbook document or raises DocumentError."""
    with contextlib.suppress(DocumentError):
        read_runbook(document)  # type: ignore[arg-type]  # untrusted input may be anything


@given(VALUES, st.sampled_from(Operator), st.text(), st.text())
def test_a_condition_is_true_or_false(value: object, operator: Operator, right: str, upper: str) -> None:
    """No values make a comparison fail: a link never fails an instance."""
    predicate = Predicate("item", operator, right, upper)
    found = evaluate(predicate, Status.SUCCESS, lambda _: value, lambda text: text)  # type: ignore[arg-type,return-value]
    assert found in (True, False)


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(VALUES, max_size=4))
def test_a_function_gives_a_value_or_a_value_error(name: str, arguments: list[object]) -> None:
    """No arguments make a function raise anything but ValueError."""
    with contextlib.suppress(ValueError):
        call(name, arguments, NOW)  # type: ignore[arg-type]  # untrusted input may be anything


@given(EXPRESSIONS)
def test_a_spelled_expression_reads_the_same(expression: Expression) -> None:
    """Writing an expression and reading it again gives an equal tree."""
    assert parse(f"{{{{ {spell(expression)} }}}}").segments == (expression,)


@given(EXPRESSIONS)
def test_an_expression_gives_a_value_or_says_why_not(expression: Expression) -> None:
    """Evaluating raises ValueError or LookupError, and nothing else."""
    with contextlib.suppress(ValueError, LookupError):
        evaluate_expression(expression, resolve, NOW)


@given(EXPRESSIONS)
def test_a_check_takes_any_expression(expression: Expression) -> None:
    """What it finds lies inside the expression's text."""
    read = parse(f"{{{{ {spell(expression)} }}}}").segments[0]
    assert all(0 <= each.position <= len(spell(expression)) + 3 for each in expression_mistakes(read))


@given(
    st.lists(st.sampled_from(["[Upper(", "[", "Mid(", "'", "a", "2", ",", ")", "]", "{{ x.y }}", "{{"])).map("".join)
)
def test_bracket_functions_become_a_template_or_stay(text: str) -> None:
    """Nothing raises, and a text that is a template stays one."""
    made = native(text)
    try:
        parse(text)
    except TemplateError:
        return
    parse(made)


@given(st.text(), st.text())
def test_a_stranger_s_pattern_gives_a_value_or_a_value_error(text: str, pattern: str) -> None:
    """Any pattern is searched for, or refused."""
    with contextlib.suppress(ValueError):
        call("Regex", [text, pattern])


PATTERN_PARTS = [
    "a",
    "b",
    "[ab]",
    ".",
    r"\w",
    "(",
    "(?:",
    ")",
    "|",
    "*",
    "+",
    "?",
    "*?",
    "{2}",
    "{1,3}",
    "$",
    "^",
    "(?=",
    ",",
]


@pytest.mark.filterwarnings("ignore::FutureWarning")
@given(st.lists(st.sampled_from(PATTERN_PARTS), max_size=12), st.sampled_from(["a", "ab", "a,", "aab"]))
def test_a_judged_pattern_ends(parts: list[str], piece: str) -> None:
    """What the estimate lets through within few steps is searched within the time limit of a test."""
    try:
        compiled = re.compile("".join(parts) + ")" * (sum("(" in each for each in parts) - parts.count(")")))
    except re.error:
        return
    text = piece * 100 + "!"
    with contextlib.suppress(ValueError):
        if steps_to_search(compiled, text) < 10_000_000:
            assert sum(1 for _ in compiled.finditer(text)) <= 2 * len(text) + 1
