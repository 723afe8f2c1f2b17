"""What happened between two listings."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.files.changes import Change, FileProperty, Kind, Settling, apply, changes_between
from orchestrion.packs.files.snapshot import FileState

OLD = FileState(1, 10, 100, 0o644, 0, 0, 1000, 1000, 1000)
snapshots = st.dictionaries(
    st.sampled_from("abcdef"),
    st.builds(FileState, st.just(1), st.integers(1, 4), *[st.integers(0, 1)] * 7),
)


def only(before: dict[str, FileState], after: dict[str, FileState]) -> Change:
    [change] = changes_between(before, after)
    return change


def test_created_changed_deleted_renamed() -> None:
    """The four kinds of change."""
    assert only({}, {"a": OLD}).kind is Kind.CREATED
    assert only({"a": OLD}, {"a": OLD._replace(size=5)}).kind is Kind.CHANGED
    assert only({"a": OLD}, {}).kind is Kind.DELETED
    renamed = only({"a": OLD}, {"b": OLD._replace(touched=2000)})
    assert (renamed.kind, renamed.path, renamed.previous_path) == (Kind.RENAMED, "b", "a")


def test_a_number_used_again_is_another_file() -> None:
    """File systems give the number of a deleted file to the next one."""
    kinds = [each.kind for each in changes_between({"a": OLD}, {"b": OLD._replace(modified=2000)})]
    assert kinds == [Kind.DELETED, Kind.CREATED]


def test_properties() -> None:
    """Permissions, owner, replacement and times are told apart from the content."""
    both = frozenset({FileProperty.ATTRIBUTES, FileProperty.SECURITY})
    assert only({"a": OLD}, {"a": OLD._replace(mode=0o600)}).properties == both
    assert only({"a": OLD}, {"a": OLD._replace(owner=7)}).properties == {FileProperty.SECURITY}
    assert only({"a": OLD}, {"a": OLD._replace(inode=7)}).properties == {FileProperty.CREATION_TIME}
    read = only({"a": OLD}, {"a": OLD._replace(accessed=7)})
    assert (read.kind, read.properties) == (None, frozenset({FileProperty.LAST_ACCESS_TIME}))


def test_the_same_occurrence_has_the_same_key() -> None:
    """And a later one of the same kind another."""
    first = only({"a": OLD}, {})
    assert first.key == only({"a": OLD}, {}).key
    assert first.key != only({"a": OLD._replace(touched=2000)}, {}).key


@given(snapshots, snapshots)
def test_applied_changes_give_the_later_listing(before: dict[str, FileState], after: dict[str, FileState]) -> None:
    """Nothing is missing and nothing reported twice: after all changes there are none."""
    known = dict(before)
    for change in changes_between(before, after):
        apply(change, known)
    assert changes_between(known, after) == []
    assert set(known) == set(after)


def test_what_is_still_written_waits() -> None:
    """A new file counts when it has been the same for the settle time."""
    settling = Settling(2)
    growing = [only({}, {"a": OLD._replace(size=size)}) for size in (1, 2)]
    assert settling.settled([growing[0]], 10) == []
    assert settling.due == 12
    assert settling.settled([growing[1]], 12) == []
    assert settling.settled([growing[1]], 13) == []
    assert settling.settled([growing[1]], 14) == [growing[1]]
    assert settling.due is None


def test_what_is_gone_does_not_wait() -> None:
    """Deleted and renamed files count at once, and so does everything without a settle time."""
    deleted = only({"a": OLD}, {})
    assert Settling(60).settled([deleted], 0) == [deleted]
    created = only({}, {"a": OLD})
    assert Settling(0).settled([created], 0) == [created]
