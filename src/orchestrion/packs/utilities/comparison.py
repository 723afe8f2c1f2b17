"""The relations of Compare Values, as plain functions."""

import operator
from collections.abc import Callable, Mapping
from enum import StrEnum

from orchestrion.sdk.wildcards import matches_wildcards


class Relation(StrEnum):
    """How the first value may stand to the second; the first eight are for texts, equality and the rest for numbers."""

    EQUALS = "equals"
    DOES_NOT_EQUAL = "does not equal"
    CONTAINS = "contains"
    DOES_NOT_CONTAIN = "does not contain"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    MATCHES_PATTERN = "matches pattern"
    DOES_NOT_MATCH_PATTERN = "does not match pattern"
    IS_LESS_THAN = "is less than"
    IS_GREATER_THAN = "is greater than"
    IS_LESS_THAN_OR_EQUAL_TO = "is less than or equal to"
    IS_GREATER_THAN_OR_EQUAL_TO = "is greater than or equal to"


ON_TEXTS: Mapping[Relation, Callable[[str, str], bool]] = {
    Relation.EQUALS: operator.eq,
    Relation.DOES_NOT_EQUAL: operator.ne,
    Relation.CONTAINS: operator.contains,
    Relation.DOES_NOT_CONTAIN: lambda first, second: second not in first,
    Relation.STARTS_WITH: str.startswith,
    Relation.ENDS_WITH: str.endswith,
    Relation.MATCHES_PATTERN: matches_wildcards,
    Relation.DOES_NOT_MATCH_PATTERN: lambda first, second: not matches_wildcards(first, second),
}

ON_NUMBERS: Mapping[Relation, Callable[[float, float], bool]] = {
    Relation.EQUALS: operator.eq,
    Relation.DOES_NOT_EQUAL: operator.ne,
    Relation.IS_LESS_THAN: operator.lt,
    Relation.IS_GREATER_THAN: operator.gt,
    Relation.IS_LESS_THAN_OR_EQUAL_TO: operator.le,
    Relation.IS_GREATER_THAN_OR_EQUAL_TO: operator.ge,
}
