"""Program parameters become arguments without a shell."""

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrion.packs.system.command_line import split_parameters

arguments = st.lists(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])), max_size=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("-a  --b=c", ["-a", "--b=c"]),
        ('\'one word\' "two \\" words" three\\ words', ["one word", 'two " words', "three words"]),
        ("$HOME * ; rm -rf | x > y", ["$HOME", "*", ";", "rm", "-rf", "|", "x", ">", "y"]),
    ],
)
def test_posix_quotes(text: str, expected: list[str]) -> None:
    """Quotes and backslashes count; all that only a shell gives a meaning stays text."""
    assert split_parameters(text, windows=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (r"C:\a\b /x", [r"C:\a\b", "/x"]),
        (r'"a b" c"d e"f', ["a b", "cd ef"]),
        (r'a\\\"b "c\\" d', [r"a\"b", "c\\", "d"]),
        (r'"" x', ["", "x"]),
        (r'"say ""hi"" now"', ['say "hi" now']),
        ("'a b'", ["'a", "b'"]),
    ],
)
def test_windows_quotes(text: str, expected: list[str]) -> None:
    """The rules of the C run-time: only double quotes, and backslashes before them."""
    assert split_parameters(text, windows=True) == expected


def test_an_open_quote_is_refused() -> None:
    """A POSIX quote must be closed."""
    with pytest.raises(ValueError, match="quotation"):
        split_parameters("'open", windows=False)


@given(arguments)
def test_what_posix_joins_is_split_again(words: list[str]) -> None:
    """Any arguments, quoted for a POSIX shell, come back."""
    assert split_parameters(shlex.join(words), windows=False) == words


@given(arguments)
def test_what_windows_joins_is_split_again(words: list[str]) -> None:
    """Any arguments, quoted as Python does for Windows, come back."""
    words = [word.translate(dict.fromkeys(map(ord, "\n\r\v\f"))) for word in words]
    assert split_parameters(subprocess.list2cmdline(words), windows=True) == words
