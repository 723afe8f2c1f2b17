"""Read Line."""

from pathlib import Path

import pytest

from orchestrion.packs.textfiles.read_line import read_line
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run

pytestmark = pytest.mark.anyio


async def read(file: Path, lines: str, **inputs: str) -> Ended:
    return await run(read_line, RehearsalContext(), file=str(file), line_numbers=lines, **inputs)


async def test_each_line_is_a_record(tmp_path: Path) -> None:
    """One record per line, with all the documented items."""
    file = tmp_path / "f.txt"
    file.write_bytes(b"one\ntwo\nthree")
    ended = await read(file, "1,3")
    assert ended.status == "success"
    assert [dict(record) for record in ended.records] == [
        {"File name": str(file), "File encoding": "utf-8", "Line text": text, "Line number": number,
         "Line numbers": "1,3"}
        for number, text in ((1, "one"), (3, "three"))
    ]  # fmt: skip


async def test_lines_end_with_any_newline_and_nothing_else(tmp_path: Path) -> None:
    """LF, CR LF and CR end lines; a form feed or a line separator does not."""
    file = tmp_path / "f.txt"
    file.write_bytes("a\r\nb\rc\fd\u2028e\n".encode())
    ended = await read(file, "1-END")
    assert [record["Line text"] for record in ended.records] == ["a", "b", "c\fd\u2028e"]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32"), ("cp1252", "cp1252")],
)
async def test_auto_finds_the_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    """Auto knows byte order marks and UTF-8, and guesses the rest well enough to read it."""
    file = tmp_path / "f.txt"
    lines = ["Größe der Prüfstelle für Öl", "Der Kübel fällt über die Straße, während Jürgen schläft"]
    file.write_text("\n".join(lines * 5), encoding=encoding)
    ended = await read(file, "1-2")
    assert [record["Line text"] for record in ended.records] == lines
    if name != "cp1252":
        assert ended.records[0]["File encoding"] == name


async def test_the_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    """A mark in front of UTF-8 text is left out."""
    file = tmp_path / "f.txt"
    file.write_bytes(b"\xef\xbb\xbfone\n")
    assert (await read(file, "1", file_encoding="utf-8")).records[0]["Line text"] == "one"


async def test_a_wrong_encoding_fails(tmp_path: Path) -> None:
    """No silent replacement of characters."""
    file = tmp_path / "f.txt"
    file.write_bytes("Größe\n".encode("cp1252"))
    ended = await read(file, "1", file_encoding="utf-8")
    assert (ended.status, ended.error) == (
        "failed", f"The file '{file}' is not encoded as utf-8. Choose its real encoding, or auto."
    )  # fmt: skip


async def test_any_encoding_of_python_can_be_named(tmp_path: Path) -> None:
    """Encodings outside the list go by their name; names of nothing fail."""
    file = tmp_path / "f.txt"
    file.write_bytes("Größe\n".encode("cp850"))
    assert (await read(file, "1", file_encoding="other", other_encoding="cp850")).records[0]["Line text"] == "Größe"
    for wrong in ("nonsense", "rot13"):
        assert "no encoding" in (await read(file, "1", file_encoding="other", other_encoding=wrong)).error


async def test_a_missing_line_fails(tmp_path: Path) -> None:
    """The failure says how many lines there are."""
    file = tmp_path / "f.txt"
    file.write_text("one\n")
    assert "the file has 1" in (await read(file, "2")).error


async def test_a_missing_file_fails(tmp_path: Path) -> None:
    """The failure names the file."""
    ended = await read(tmp_path / "none.txt", "1")
    assert (ended.status, ended.error) == ("failed", f"The file '{tmp_path / 'none.txt'}' does not exist.")


async def test_a_relative_path_fails() -> None:
    """Relative to what, nobody could say."""
    assert "not a full path" in (await read(Path("here.txt"), "1")).error
