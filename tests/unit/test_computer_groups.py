"""What computer groups stand for."""

from __future__ import annotations

import pytest

from orchestrion.model.computer_groups import (
    DEEPEST,
    ComputerGroup,
    EntryKind,
    GroupEntry,
    Groups,
    by_folded_path,
    check_entry,
    computers_of_range,
    expanded,
)
from orchestrion.model.errors import InvalidError, NotFoundError


def groups(**entries: str) -> Groups:
    """Groups by path; each word is a computer, a range when it has brackets, or `@` and the path of a group."""
    return by_folded_path(
        [ComputerGroup(path, path, tuple(entry(word) for word in words.split())) for path, words in entries.items()]
    )


def entry(word: str) -> GroupEntry:
    if word.startswith("@"):
        return GroupEntry(EntryKind.GROUP, word[1:])
    return GroupEntry(EntryKind.RANGE if "[" in word else EntryKind.NAME, word)


@pytest.mark.parametrize(
    ("pattern", "computers"),
    [
        ("web[1-3]", "web1 web2 web3"),
        ("web[09-11].example.org", "web09.example.org web10.example.org web11.example.org"),
        ("[7]", "7"),
        ("n[1, 03,5-6]", "n1 n03 n5 n6"),
        ("r[1-2]-n[1-2]", "r1-n1 r1-n2 r2-n1 r2-n2"),
    ],
)
def test_a_range_is_numbered_computers(pattern: str, computers: str) -> None:
    """Zeros in front are kept, several brackets are combined."""
    assert " ".join(computers_of_range(pattern)) == computers


@pytest.mark.parametrize(
    "pattern", ["web", "web[]", "web[a-c]", "web[3-1]", "web[1-", "web[-1]", "web[1-2-3]", "web[\u0661-\u0662]"]
)
def test_a_range_that_cannot_be_read_is_refused(pattern: str) -> None:
    """The error shows the pattern."""
    with pytest.raises(InvalidError, match="The range 'web"):
        computers_of_range(pattern)


@pytest.mark.parametrize("pattern", ["n[0-10000]", "n[1-999999999]", "n[1-101][1-100]"])
def test_a_range_is_bounded_before_it_is_expanded(pattern: str) -> None:
    """Ten thousand are the most."""
    with pytest.raises(InvalidError, match="more than 10000"):
        computers_of_range(pattern)


@pytest.mark.parametrize("word", ["", "two words", "a]", "x" * 254, "a\u200bb", "a b[1-2]", "n[1]]"])
def test_an_entry_must_be_the_name_of_a_computer(word: str) -> None:
    """No spaces, no brackets, nothing that cannot be seen."""
    with pytest.raises(InvalidError, match="not the name of a computer"):
        check_entry(entry(word))


def test_members_come_in_order_and_once() -> None:
    """The first of two that differ in case alone counts."""
    found = expanded("all", groups(All="db @web DB", Web="web[1-2] @more", More="WEB1 last"))
    assert found == ("db", "web1", "web2", "last")


def test_a_group_in_two_groups_is_no_circle() -> None:
    """It gives its members once."""
    assert expanded("A", groups(A="@B @C", B="@D", C="@D c", D="d")) == ("d", "c")


def test_a_circle_is_named() -> None:
    """From the group that was asked for, back to where it closes."""
    with pytest.raises(InvalidError, match="A > B > C > B"):
        expanded("a", groups(A="@b", B="@c", C="x @b"))


def test_an_unknown_group_is_named() -> None:
    """At any depth."""
    with pytest.raises(NotFoundError, match="no computer group 'Nobody'"):
        expanded("A", groups(A="@B", B="@Nobody"))


def test_groups_are_nested_only_so_deep() -> None:
    """A chain without end is an error, no crash."""
    chain = {f"g{number}": f"@g{number + 1}" for number in range(DEEPEST + 1)}
    with pytest.raises(InvalidError, match=f"deeper than {DEEPEST}"):
        expanded("g0", groups(**chain, **{f"g{DEEPEST + 1}": "x"}))


def test_a_group_has_at_most_ten_thousand_members() -> None:
    """Repeats do not count."""
    assert len(expanded("A", groups(A="n[1-10000] n[1-10000]"))) == 10_000
    with pytest.raises(InvalidError, match="'A' has more than 10000 members"):
        expanded("A", groups(A="n[1-10000] one"))
