"""Bracket functions of imported runbooks, from their text to the bound value (spec 4.6)."""

from __future__ import annotations

import pytest

from orchestrion.engine.binding import Environment, value_of
from orchestrion.engine.lineage import Lineage
from orchestrion.interchange.bracket_functions import native
from orchestrion.model.condition import Status
from orchestrion.model.values import Value

READ = Environment(Lineage("x", {"y": "b;c", "n": "4"}, Status.SUCCESS, None), {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[Mid('abcdef',2,3)]", "cde"),
        ("[Instr('abcdef','cd')]", 3),
        ("[upper('a')]", "[upper('a')]"),
        ("[Upper('ab')]", "AB"),
        ("[Field('a;b;c',';',2)]", "b"),
        ("[Diff(5.5,1.3,2)]", "4.20"),
        ("[Mult(2, -5)]", -10),
        ("[Trim(' a ')]", "a"),
    ],
)
def test_a_documented_function_computes_and_any_other_name_is_text(text: str, value: Value) -> None:
    """Vector 15, and the results of the documented table."""
    assert value_of(native(text), READ) == value


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("""[Upper('a{{ x["y"] }}b')]""", '{{ Upper("a" & x["y"] & "b") }}'),
        ("""[Field('{{ x["y"] }}', ';', 2)]""", '{{ Field(x["y"], ";", 2) }}'),
        ("[Sum({{ x.n }}, 2)]", '{{ Sum(x["n"], 2) }}'),
        ("[Upper(Left('abc', 2))]", '{{ Upper(Left("abc", 2)) }}'),
        ("[Upper([Left('abc', 2)])]", '{{ Upper(Left("abc", 2)) }}'),
        ("a [Len('')] b [Lower('X')]", 'a {{ Len("") }} b {{ Lower("X") }}'),
        ("""[Upper('say "{{ "{{" }}"')]""", '{{ Upper("say \\"" & "{{" & "\\"") }}'),
    ],
)
def test_a_call_takes_our_own_form(text: str, form: str) -> None:
    """Subscriptions inside quotes are joined to the text around them; calls nest with and without brackets."""
    assert native(text) == form
    value_of(form, READ)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1, 2] and [x]",
        "[Upper]",
        "[Upper('a'",
        "[Upper('a]",
        "[Upper(a)]",
        "[Upper('a', 'b')]",
        "[Replace('a', 'b', 'c')]",
        "[Upper('{{ broken')]",
        """{{ x["[Upper('a')]"] }}""",
        "{{ broken [",
        "[" + "Upper(" * 500 + "'a'" + ")" * 500 + "]",
    ],
)
def test_everything_else_stays_as_it_is(text: str) -> None:
    """What is no documented call is text, and nothing raises; a subscription is not looked into."""
    assert native(text) == text
