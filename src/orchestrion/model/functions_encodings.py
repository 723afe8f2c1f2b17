"""Functions between texts and their encodings, and ids (spec 4.6)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from urllib.parse import quote, unquote

from orchestrion.model.functions_core import Function, Given, Surroundings, plain
from orchestrion.model.ids import derived_id
from orchestrion.model.values import Value, to_text


def _from_base64(text: Value) -> Value:
    try:
        return b64decode(to_text(text), validate=True).decode()
    except ValueError:
        raise ValueError("the text is not Base64 of a UTF-8 text") from None


def _url_decoded(text: Value) -> Value:
    try:
        return unquote(to_text(text), errors="strict")
    except UnicodeDecodeError:
        raise ValueError("the text does not decode to UTF-8") from None


def _bytes(text: Value) -> bytes:
    try:
        return to_text(text).encode()
    except UnicodeEncodeError:
        raise ValueError("the text holds half a character, which UTF-8 cannot express") from None


def _guid(_: Given, around: Surroundings) -> Value:
    """An id derived from the execution and the number of the call in it: other every time, and the same on replay."""
    if around.now is None or not around.seed:
        raise ValueError("an id can be made only while an activity starts")
    return derived_id("guid", around.seed, str(next(around.numbers)))


FUNCTIONS: dict[str, Function] = {
    "Guid": Function(_guid, 0, 0, impure=True),
    "Base64": plain(lambda text: b64encode(_bytes(text)).decode(), 1),
    "FromBase64": plain(_from_base64, 1),
    "UrlEncode": plain(lambda text: quote(_bytes(text), safe=""), 1),
    "UrlDecode": plain(_url_decoded, 1),
}
