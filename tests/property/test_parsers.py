"""Parsers of what people write raise nothing but their own errors."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from orchestrion.model.codec import read_runbook
from orchestrion.model.condition import Operator, Predicate, Status, evaluate
from orchestrion.model.errors import DocumentError, TemplateError
from orchestrion.model.functions import FUNCTIONS, call
from orchestrion.model.template import escape, parse

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
PIECES = st.lists(
    st.sampled_from(
        ["{{", "}}", "a", "var", "[", "]", '"x"', "'", "(", ")", ",", ".", "-1", "2.5", "\\", " ", "Upper"]
    ),
    max_size=15,
).map("".join)


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
        call(name, arguments)  # type: ignore[arg-type]  # untrusted input may be anything
