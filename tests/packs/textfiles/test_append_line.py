"""Append Line, and what its probe says after a crash."""

# ruff: noqa: ASYNC240 - nobody else waits for the event loop of a test

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from orchestrion.packs.textfiles.append_line import AppendLineInputs as Inputs
from orchestrion.packs.textfiles.append_line import append_line, find_the_line, look_before, where_it_would_go
from orchestrion.sdk import ActivityFailed, Done, Evidence, NotDone, Record, Unknown, Verdict
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that does not exist yet."""
    return tmp_path / "log.txt"


async def append(file: Path, text: str, **inputs: str) -> Ended:
    return await run(append_line, RehearsalContext(), file=str(file), text=text, **inputs)


async def test_text_becomes_the_last_line(file: Path) -> None:
    """The line goes behind the others, and its place is published."""
    file.write_text("one\ntwo\n")
    ended = await append(file, "three")
    assert file.read_text() == "one\ntwo\nthree\n"
    assert dict(ended.records[0]) == {
        "File path": str(file), "File encoding": "utf-8", "Line text": "three", "Line number": 3
    }  # fmt: skip


async def test_a_missing_file_is_created(file: Path) -> None:
    """The first line makes the file."""
    assert (await append(file, "first")).records[0]["Line number"] == 1
    assert file.read_text() == "first\n"


async def test_a_missing_folder_fails(file: Path) -> None:
    """A folder is not made by the way."""
    assert (await append(file / "deep.txt", "x")).status == "failed"


async def test_an_open_last_line_is_ended_first(file: Path) -> None:
    """The text never joins a line that was not finished."""
    file.write_text("one\ntwo")
    assert (await append(file, "three")).records[0]["Line number"] == 3
    assert file.read_text() == "one\ntwo\nthree\n"


async def test_the_line_ending_of_the_file_is_kept(file: Path) -> None:
    """Lines added to a Windows file end as its others do, also inside the text."""
    file.write_bytes(b"one\r\n")
    await append(file, "two\nthree")
    assert file.read_bytes() == b"one\r\ntwo\r\nthree\r\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
async def test_one_byte_order_mark_is_enough(file: Path, encoding: str) -> None:
    """A new file begins with the mark, and later lines add none."""
    for text in ("ä", "ö"):
        await append(file, text, file_encoding=encoding)
    await append(file, "ü", file_encoding="auto")
    assert file.read_bytes().decode(encoding) == "ä\nö\nü\n"


async def test_a_big_endian_file_stays_big_endian(file: Path) -> None:
    """The byte order is the file's, not the machine's."""
    file.write_bytes(b"\xfe\xff" + "a\n".encode("utf-16-be"))
    await append(file, "b", file_encoding="utf-16")
    assert file.read_bytes().decode("utf-16") == "a\nb\n"


async def test_a_wrong_encoding_fails_and_changes_nothing(file: Path) -> None:
    """Bytes that are no text in the chosen encoding stop the activity before it writes."""
    file.write_bytes(b"Gr\xf6\xdfe\n")
    assert (await append(file, "x", file_encoding="utf-8")).status == "failed"
    assert file.read_bytes() == b"Gr\xf6\xdfe\n"


async def test_a_character_outside_the_encoding_fails(file: Path) -> None:
    """The failure names the character and the encoding."""
    assert "'ł' cannot be written in cp1252" in (await append(file, "zł", file_encoding="cp1252")).error
    assert not file.exists()


async def test_two_may_append_at_once(file: Path) -> None:
    """Lines of many writers are all there and whole."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: anyio.run(append, file, f"{n:04}" * 50), range(40)))
    assert sorted(file.read_text().splitlines()) == [f"{n:04}" * 50 for n in range(40)]


class Crash:
    """One execution of Append Line, cut where a test says."""

    def __init__(self, file: Path, text: str = "wanted") -> None:
        self.file, self.inputs = file, Inputs(file=str(file), text=text)

    async def before(self) -> Evidence:
        return await look_before(self.inputs, RehearsalContext())

    async def after(self, evidence: Evidence) -> Verdict:
        return await find_the_line(self.inputs, evidence, RehearsalContext())

    async def append(self) -> None:
        await append(self.file, self.inputs.text)


@pytest.mark.parametrize("content", [None, "", "one\n", "wanted\n", "open end"])
async def test_a_crash_before_the_write_is_not_done(file: Path, content: str | None) -> None:
    """Nothing was added: the same line from before does not count."""
    if content is not None:
        file.write_text(content)
    crash = Crash(file)
    assert await crash.after(await crash.before()) == NotDone()


@pytest.mark.parametrize("content", [None, "", "one\n", "wanted\n", "open end"])
async def test_a_crash_after_the_write_is_done(file: Path, content: str | None) -> None:
    """The probe finds the line and publishes what the activity would have."""
    if content is not None:
        file.write_text(content)
    crash = Crash(file)
    evidence = await crash.before()
    await crash.append()
    verdict = await crash.after(evidence)
    assert isinstance(verdict, Done)
    assert verdict.published[0].record()["Line number"] == len((content or "").splitlines()) + 1


async def test_lines_of_others_are_not_taken_for_it(file: Path) -> None:
    """What others added meanwhile does not matter, with the line or without it."""
    crash = Crash(file, "two\nlines")
    evidence = await crash.before()
    file.write_text("two\nother lines\n")
    assert await crash.after(evidence) == NotDone()
    await crash.append()
    await append(file, "more")
    assert isinstance(await crash.after(evidence), Done)


@pytest.mark.parametrize("content", ["wan", "other\nwanted", "a\nb\nw"])
async def test_half_a_line_is_unknown(file: Path, content: str) -> None:
    """A write that a crash tore apart is left to a person."""
    crash = Crash(file)
    evidence = await crash.before()
    file.write_text(content)
    assert isinstance(await crash.after(evidence), Unknown)


async def test_another_file_under_the_name_is_unknown(file: Path) -> None:
    """A rotated, removed or cut file tells nothing about the write."""
    file.write_text("one\ntwo\n")
    crash = Crash(file)
    evidence = await crash.before()
    file.write_text("one\n")
    assert isinstance(await crash.after(evidence), Unknown)
    file.rename(file.with_suffix(".1"))
    assert isinstance(await crash.after(evidence), Unknown)
    file.write_text("one\ntwo\nwanted\n")
    assert isinstance(await crash.after(evidence), Unknown)


async def simulate(file: Path, text: str, **inputs: str) -> Record:
    given = Inputs.model_validate({"file": str(file), "text": text, **inputs})
    return (await where_it_would_go(given, RehearsalContext())).record()


@pytest.mark.parametrize("content", [None, "", "one\n", "open end"])
async def test_a_simulation_adds_nothing(file: Path, content: str | None) -> None:
    """It publishes what the real run then publishes, and the file stays, or stays away."""
    if content is not None:
        file.write_text(content)
    simulated = await simulate(file, "two")
    assert (file.read_text() if file.exists() else None) == content
    assert [simulated] == [dict(record) for record in (await append(file, "two")).records]


async def test_a_simulation_foresees_failures(file: Path) -> None:
    """It fails with the words of the real run: a missing folder, a folder for a file, a character too many."""
    for path, inputs in ((file / "deep.txt", {}), (file.parent, {}), (file, {"file_encoding": "cp1252"})):
        with pytest.raises(ActivityFailed) as foreseen:
            await simulate(path, "zł", **inputs)
        assert str(foreseen.value) == (await append(path, "zł", **inputs)).error


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("exists", [True, False])
async def test_a_simulation_foresees_missing_rights(file: Path, exists: bool) -> None:
    """A file that may only be read, or a folder that takes no new one."""
    if exists:
        file.touch(mode=0o400)
    file.parent.chmod(0o500)
    with pytest.raises(ActivityFailed) as foreseen:
        await simulate(file, "x")
    assert str(foreseen.value) == (await append(file, "x")).error
    file.parent.chmod(0o700)
