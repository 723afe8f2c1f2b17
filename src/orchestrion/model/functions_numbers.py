"""Functions of numbers: exact decimal arithmetic (spec 4.6, OQ-6)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation

from orchestrion.model.functions_core import MANY, Function, number_from, number_of, plain, whole
from orchestrion.model.values import Value

MAX_PLACES = 15  # decimals; a float holds 15 significant digits


def _rounded(number: Decimal, precision: Value) -> Decimal:
    places = whole(precision, "the precision")
    if places > MAX_PLACES:
        raise ValueError(f"the precision is at most {MAX_PLACES}")
    try:
        return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    except InvalidOperation:
        raise ValueError("the result is too large for this precision") from None


def _padded(number: Decimal, precision: tuple[Value, ...]) -> Value:
    """Rounded and padded to the asked number of decimals, which makes it a text; without precision a number."""
    return str(_rounded(number, precision[0])) if precision else number_from(number)


def _product(*values: Value) -> Value:
    result = Decimal(1)
    for value in values:
        result *= number_of(value)
    return number_from(result)


def _quotient(left: Value, right: Value, *precision: Value) -> Value:
    try:
        return _padded(number_of(left) / number_of(right), precision)
    except (DivisionByZero, InvalidOperation):
        raise ValueError("division by zero") from None


FUNCTIONS: dict[str, Function] = {
    "Sum": plain(lambda *values: number_from(sum(map(number_of, values), Decimal(0))), 1, MANY),
    "Diff": plain(lambda left, right, *precision: _padded(number_of(left) - number_of(right), precision), 2, 3),
    "Mult": plain(_product, 1, MANY),
    "Div": plain(_quotient, 2, 3),
    "Number": plain(lambda value: number_from(number_of(value)), 1),
    "Round": plain(lambda number, places=0: number_from(_rounded(number_of(number), places)), 1, 2),
    "Min": plain(lambda *values: number_from(min(map(number_of, values))), 1, MANY),
    "Max": plain(lambda *values: number_from(max(map(number_of, values))), 1, MANY),
    "Abs": plain(lambda number: number_from(abs(number_of(number))), 1),
}
