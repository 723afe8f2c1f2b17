"""Releases that work together on one database: the same one, and its neighbours (spec 8.3 [R])."""

from __future__ import annotations

import re

_RELEASE = re.compile(r"(\d+)\.(\d+)")


def are_neighbours(one: str, other: str) -> bool:
    """Whether servers of the two releases may run side by side: their second numbers differ by at most one.

    The first release of a major version is the neighbour of every one before it. A text that is no release is trusted.
    """
    first, second = _RELEASE.match(one), _RELEASE.match(other)
    if first is None or second is None:
        return True
    (old_major, old_minor), (major, minor) = sorted(
        (int(each.group(1)), int(each.group(2))) for each in (first, second)
    )
    if old_major == major:
        return minor - old_minor <= 1
    return major - old_major == 1 and minor == 0
