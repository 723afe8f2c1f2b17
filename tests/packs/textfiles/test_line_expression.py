"""Line expressions mean what the documentation says, and refuse the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.textfiles.line_expression import lines_meant


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("1-3", [1, 2, 3]),
        ("5,7,9", [5, 7, 9]),
        ("18-END", [18, 19, 20]),
        ("4-END<3", list(range(4, 18))),
        ("LASTLINES:3", [18, 19, 20]),
        (" 9 , 2 - 3 ,lastlines:1", [9, 2, 3, 20]),
    ],
)
def test_documented_forms(expression: str, lines: list[int]) -> None:
    """Every documented form means these lines of a file of twenty."""
    assert lines_meant(expression, 20) == lines


@pytest.mark.parametrize("expression", ["", "x", "1-", "-3", "1;2", "END", "3--5", "LASTLINES", "1,,2", "1.5", "²"])
def test_other_texts_are_refused(expression: str) -> None:
    """What is no line expression is named, with examples of one."""
    with pytest.raises(ValueError, match="no line expression"):
        lines_meant(expression, 20)


@pytest.mark.parametrize("expression", ["0", "21", "3-2", "19-21", "21-END", "4-END<17", "LASTLINES:21", "LASTLINES:0"])
def test_lines_that_do_not_exist_are_refused(expression: str) -> None:
    """A line before the first or behind the last fails, and so does a range without lines."""
    with pytest.raises(ValueError, match="do not exist"):
        lines_meant(expression, 20)


@pytest.mark.parametrize("expression", ["3,3", "1-5,4-6", "5-END,LASTLINES:10"])
def test_overlap_is_refused(expression: str) -> None:
    """No line may be meant twice."""
    with pytest.raises(ValueError, match="more than once"):
        lines_meant(expression, 20)


def test_a_huge_range_costs_nothing() -> None:
    """A range beyond the file is refused before its lines are listed."""
    with pytest.raises(ValueError, match="do not exist"):
        lines_meant("1-999999999999999999", 20)


@given(st.lists(st.integers(1, 50), unique=True, min_size=1))
def test_single_lines_come_in_the_order_written(lines: list[int]) -> None:
    """A list of single lines is that list."""
    assert lines_meant(",".join(map(str, lines)), 50) == lines


@given(st.text(alphabet="0123456789-,<:ENDLASTI ", max_size=20), st.integers(0, 30))
def test_any_text_gives_lines_of_the_file_or_a_value_error(expression: str, total: int) -> None:
    """Whatever is written, the answer is distinct lines of the file, or a ValueError."""
    try:
        lines = lines_meant(expression, total)
    except ValueError:
        return
    assert len(set(lines)) == len(lines) > 0
    assert 1 <= min(lines) <= max(lines) <= total
