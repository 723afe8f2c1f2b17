"""Functions beyond the documented vectors of 4.6, which test_binding proves."""

from __future__ import annotations

import re
from time import monotonic

import pytest

from orchestrion.engine.binding import Environment, value_of
from orchestrion.model.functions_patterns import MAX_STEPS
from orchestrion.model.pattern_cost import steps_to_search
from orchestrion.model.values import Value


def value(call: str) -> Value:
    """What one call gives."""
    return value_of(f"{{{{ {call} }}}}", Environment(None, {}))


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("Split('a;b', ';')", '["a", "b"]'),
        ("Split('', ';')", "[]"),
        ("Join('[1, true, null, \"ä\", [2]]', '-')", "1-true--ä-[2]"),
        ("Join(Split('a b', ' '), '+')", "a+b"),
        ("Item('[\"a\", 2]', 2)", 2),
        ("Item('[{\"a\": 1}]', 1)", '{"a": 1}'),
        ("Item('[]', 1)", ""),
    ],
)
def test_lists_are_json_arrays(call: str, result: Value) -> None:
    """Made, joined and taken from; positions count from 1, and beyond the last is an empty text."""
    assert value(call) == result


@pytest.mark.parametrize(
    ("path", "result"),
    [
        ("$.a.b[0].c", 1.5),
        ("$['a']['b'][-1].c", True),
        ("$.a.b[*].c", "[1.5, true]"),
        ("$.a.b[*].d", "x"),
        ("$.a.b[7].c", ""),
        ("$.a.b[0]", '{"c": 1.5}'),
        ("$.n", None),
        ("$.*.b[0].c", 1.5),
        ("$", '{"a": {"b": [{"c": 1.5}, {"c": true, "d": "x"}]}, "n": null}'),
    ],
)
def test_a_path_leads_into_json(path: str, result: Value) -> None:
    """No hit is an empty text, one keeps its type, several are an array."""
    text = '{\\"a\\": {\\"b\\": [{\\"c\\": 1.5}, {\\"c\\": true, \\"d\\": \\"x\\"}]}, \\"n\\": null}'
    assert value(f'JsonPath("{text}", "{path}")') == result


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (r"Regex('pid=42 ok', '[0-9]+')", "42"),
        (r"Regex('pid=42 ok', '(\\w+)=(\\d+)', 2)", "42"),
        (r"Regex('pid=42 ok', '(?P<name>\\w+)=', 'name')", "pid"),
        (r"Regex('pid', '(x)?pid', 1)", ""),
        (r"Regex('PID', 'pid')", ""),
        (r"Regex('PID', '(?i)pid')", "PID"),
        (r"RegexReplace('a1b22', '[0-9]+', '#')", "a#b#"),
        (r"RegexReplace('Doe, Jane', '(\\w+), (\\w+)', '\\2 \\1')", "Jane Doe"),
    ],
)
def test_regular_expressions_find_and_replace(call: str, result: Value) -> None:
    """The first match or a group of it; replacements may name groups."""
    assert value(call) == result


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("DateAdd('2026-01-31', 1, 'months')", "2026-02-28T00:00:00+00:00"),
        ("DateAdd('2024-02-29T10:00:00+02:00', -1, 'years')", "2023-02-28T10:00:00+02:00"),
        ("DateAdd('2026-03-29T00:00:00Z', 1.5, 'hours')", "2026-03-29T01:30:00+00:00"),
        ("DateDiff('2026-01-01', '2026-01-02T12:00:00', 'days')", 1.5),
        ("DateDiff('2026-01-02T00:00:00+02:00', '2026-01-01T22:00:00Z', 'seconds')", 0),
        ("DateDiff('2026-01-31', '2026-02-28', 'months')", 1),
        ("DateDiff('2026-03-15', '2026-01-16', 'months')", -1),
        ("DateDiff('2024-02-29', '2026-02-27', 'years')", 1),
        ("FormatDate('2026-01-31T22:30:00Z', '%d.%m.%Y %H:%M')", "31.01.2026 22:30"),
        ("FormatDate('2026-01-31T23:30:00Z', '%Y-%m-%d %A', 'Europe/Berlin')", "2026-02-01 Sunday"),
    ],
)
def test_dates_are_reckoned_and_formatted(call: str, result: Value) -> None:
    """Ends of months clamp, months and years of a difference are complete ones, zones shift the clock."""
    assert value(call) == result


@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("Base64('ä')", "w6Q="),
        ("FromBase64('w6Q=')", "ä"),
        ("UrlEncode('a b/ä?')", "a%20b%2F%C3%A4%3F"),
        ("UrlDecode('a%20b+%C3%A4')", "a b+ä"),
        ("Round(2.5)", 3),
        ("Round(-1.005, 2)", -1.01),
        ("Min(3, '2', 10)", 2),
        ("Max(1.5, 1)", 1.5),
        ("Abs('-4')", 4),
        ("Number(' 12.50 ')", 12.5),
        ("Text(12.0) & Text(true)", "12true"),
        ("Contains('abc', 'b') and StartsWith('abc', 'a') and EndsWith('abc', 'c')", True),
        ("Contains('abc', 'B')", False),
        ("IsEmpty('') and not IsEmpty(' ')", True),
    ],
)
def test_texts_and_numbers_become_each_other(call: str, result: Value) -> None:
    """Encodings, rounding away from zero at the half, tests that regard case."""
    assert value(call) == result


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("Join('{}', '-')", "Join: the text is not a JSON array"),
        ("Item('[1]', 0)", "Item: positions count from 1"),
        ("JsonPath('{}', 'a.b')", "JsonPath: 'a.b' is no path"),
        ("JsonPath('[NaN]', '$')", "JsonPath: the text is not JSON"),
        ("Regex('a', '(')", "Regex: '\\(' is not a regular expression"),
        ("Regex('a', 'a', 'name')", "Regex: the pattern has no group 'name'"),
        ("RegexReplace('a', 'a', '\\\\9')", "RegexReplace: '.9' is no replacement"),
        ("DateAdd('soon', 1, 'days')", "DateAdd: 'soon' is not an ISO 8601 date"),
        ("DateAdd('2026-01-01', 1, 'day')", "DateAdd: 'day' is no unit; the units are years, months"),
        ("DateAdd('2026-01-01', 1.5, 'months')", "DateAdd: '1.5' is not a whole number of months"),
        ("DateAdd('2026-01-01', 9000, 'years')", "DateAdd: the result is outside the years"),
        ("DateAdd('2026-01-01', '1e300', 'days')", "DateAdd: the values are too large"),
        ("FormatDate('2026-01-01', '%9999999999Y')", "FormatDate: '%9' is no code of a date"),
        ("FormatDate('2026-01-01', '%Y', 'Nowhere')", "FormatDate: there is no time zone 'Nowhere'"),
        ("FromBase64('?')", "FromBase64: the text is not Base64"),
        ("Mult('1e200', '1e200')", "Mult: the result is too large"),
        ("Replace(Replace('aaaaaaaaaa', 'a', 'aaaaaaaaaa'), 'b', 'c') & Left('a', '1e300')", "Left: the length"),
    ],
)
def test_an_error_names_the_function_and_the_reason(call: str, reason: str) -> None:
    """Whoever reads it knows which argument to mend (4.6)."""
    with pytest.raises(ValueError, match=reason):
        value(call)


def test_a_result_has_a_bound() -> None:
    """A few replacements in each other must not fill the memory."""
    call = "'aaaaaaaaaa'"
    for _ in range(9):
        call = f"Replace({call}, 'a', 'aaaaaaaaaa')"
    with pytest.raises(ValueError, match="longer than 10000000 characters"):
        value(call)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+b", "a" * 40),
        ("(a|a)*b", "a" * 40),
        ("(a|ab)*c", "ab" * 40),
        (r"(\w+\s?)*$", "a" * 40 + "!"),
        ("(?:a?){40}b", "a" * 40),
        ("(?:|)" * 45 + "x", "abc"),
        (r"(.*?,){11}P", "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"),
        (r"\d+x", "1" * 50_000),
        ("((((((a)*)*)*)*)*)*b", "a"),
        ("(?x)a # b", "a"),
    ],
)
def test_a_pattern_that_could_hang_is_refused(pattern: str, text: str) -> None:
    """Before it is tried: nothing interrupts a search that has begun."""
    began = monotonic()
    with pytest.raises(ValueError, match=r"too long|nested too deeply|\(\?x\)"):
        value_of(f"{{{{ Regex('{text}', '{pattern.replace(chr(92), chr(92) * 2)}') }}}}", Environment(None, {}))
    assert monotonic() - began < 5


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\w+): (\d+)",
        r"(?m)^.*ERROR.*$",
        r".*ERROR.*",
        r"\[(.*?)\]",
        r"(\d{1,3}\.){3}\d{1,3}",
        r'"(?:[^"\\]|\\.)*"',
        r"(\w+)@(\w+)\.com",
        r"(?i)error\s+(\S+)",
        r"(?<=line )\d+(?!\d)",
        r"^(?P<name>\w+)(?:=(?P<value>[^;]*))?;",
    ],
)
def test_common_patterns_search_long_texts(pattern: str) -> None:
    """The bound regards the text at hand: lines and words are short, however many there are."""
    text = "".join(f"name{each}: {each * 7} ERROR something went wrong at line {each}\n" for each in range(3000))
    assert steps_to_search(re.compile(pattern), text) < MAX_STEPS
