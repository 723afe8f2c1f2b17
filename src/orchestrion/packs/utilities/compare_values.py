"""Compare Values: two texts or two numbers, and true or false as data."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from orchestrion.packs.utilities.comparison import ON_NUMBERS, ON_TEXTS, Relation
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    PublishedModel,
    RunContext,
    ValueType,
    activity,
    convert,
    field,
    item,
)

STRINGS = "Compare Strings"
NUMBERS = "Compare Numeric Values"
ComparisonType: TypeAlias = Literal["Compare Strings", "Compare Numeric Values"]


class CompareValuesInputs(ActivityInputs):
    """Two values and how the first should stand to the second."""

    type: ComparisonType = field("Type", default=STRINGS, tab="General")
    first_value: str = field("First value")
    relation: Relation = field(
        "Relation", help="Patterns take * for any characters and ? for one; less and greater are for numbers."
    )
    second_value: str = field("Second value")
    case_sensitive_test: bool = field("Case sensitive test", default=False, shown_when=("type", [STRINGS]))


class CompareValuesPublished(PublishedModel):
    """The values as compared, and the outcome."""

    string_to_compare: str | None = item("String to compare", description="Type Compare Strings only.")
    string_to_compare_to: str | None = item("String to compare to", description="Type Compare Strings only.")
    case_sensitive_comparison: bool | None = item("Case sensitive comparison")
    value_to_compare: float | None = item("Value to compare", description="Type Compare Numeric Values only.")
    value_to_compare_to: float | None = item("Value to compare to", description="Type Compare Numeric Values only.")
    comparison_result: bool | None = item("Comparison result")


@activity("Compare Values", category="Utilities", effect="pure")
async def compare_values(inputs: CompareValuesInputs, ctx: RunContext) -> CompareValuesPublished:
    """Compare two texts or two numbers and publish true or false.

    Effect class `pure`: the outcome depends on the inputs alone. The documentation does not list the relations: they
    are those of link conditions, but patterns take the wildcards `*` and `?`. False is an outcome, no failure; a text
    that is no number, or a relation that the type does not have, is one.
    """
    return _compare_texts(inputs) if inputs.type == STRINGS else _compare_numbers(inputs)


def _compare_texts(inputs: CompareValuesInputs) -> CompareValuesPublished:
    test = ON_TEXTS.get(inputs.relation)
    if test is None:
        raise _wrong_relation(inputs, ON_TEXTS)
    texts = (inputs.first_value, inputs.second_value)
    first, second = texts if inputs.case_sensitive_test else (text.casefold() for text in texts)
    return CompareValuesPublished(
        string_to_compare=inputs.first_value,
        string_to_compare_to=inputs.second_value,
        case_sensitive_comparison=inputs.case_sensitive_test,
        comparison_result=test(first, second),
    )


def _compare_numbers(inputs: CompareValuesInputs) -> CompareValuesPublished:
    test = ON_NUMBERS.get(inputs.relation)
    if test is None:
        raise _wrong_relation(inputs, ON_NUMBERS)
    first, second = _number("First value", inputs.first_value), _number("Second value", inputs.second_value)
    return CompareValuesPublished(
        case_sensitive_comparison=inputs.case_sensitive_test,
        value_to_compare=first,
        value_to_compare_to=second,
        comparison_result=test(first, second),
    )


def _number(label: str, text: str) -> float:
    try:
        number = convert(text, ValueType.NUMBER)
    except ValueError as error:
        raise ActivityFailed(f"{label}: {error}.") from None
    return number if isinstance(number, (int, float)) else 0


def _wrong_relation(inputs: CompareValuesInputs, possible: Iterable[Relation]) -> ActivityFailed:
    return ActivityFailed(f"{inputs.type} has no relation '{inputs.relation}'. It has: {', '.join(possible)}.")
