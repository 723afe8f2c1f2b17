"""What all parts of the API share: base classes, identifiers, values and findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, AllowInfNan, BaseModel, ConfigDict, Field, JsonValue, StringConstraints
from pydantic.functional_validators import model_validator

from orchestrion.model import finding as model
from orchestrion.model.finding import Severity

#: Any uuid: most are version 7, those derived from a cause are version 5.
UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"

Id = Annotated[str, StringConstraints(pattern=UUID_PATTERN), AfterValidator(str.lower), Field(description="A uuid.")]
Text = Annotated[str, StringConstraints(max_length=100_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[float, AllowInfNan(False)]
ItemValue: TypeAlias = str | bool | int | Number | None
ItemRecord: TypeAlias = dict[str, ItemValue]
DocumentBody: TypeAlias = dict[str, JsonValue]

_MAX_DEPTH = 60  # of JSON in a request: deeper than any runbook document, and harmless to walk


class Answer(BaseModel):
    """A body we send; filled from records by attribute name."""

    model_config = ConfigDict(from_attributes=True, use_attribute_docstrings=True)


class Order(BaseModel):
    """A body we take: unknown fields are refused, because a misspelt one would silently do nothing."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _check_texts(cls, data: Any) -> Any:
        """Refuses what no database column can hold, wherever it hides."""
        check_json(data)
        return data


def check_json(data: object, depth: int = 0) -> None:
    """Raises ValueError for texts with NUL or half characters in them, and for nesting without end."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"the JSON is nested deeper than {_MAX_DEPTH} levels")
    if isinstance(data, str):
        check_text(data)
    elif isinstance(data, dict):
        for key, value in data.items():
            check_json(key, depth + 1)
            check_json(value, depth + 1)
    elif isinstance(data, list):
        for value in data:
            check_json(value, depth + 1)


def check_text(text: str) -> str:
    """The text; raises ValueError when it holds NUL or half a surrogate pair."""
    if "\0" in text:
        raise ValueError("a text may not hold the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("a text may not hold half a surrogate pair") from None
    return text


class UserRef(Answer):
    """A user, by name."""

    id: str
    name: str


class FindingPlace(Answer):
    """Where in the document; what does not apply is null."""

    activity: str | None
    """The id of the activity."""
    link: int | None
    """The index of the link, from 0."""
    property: str | None
    """The name of the input or property."""
    position: int | None
    """The character in the property's text, from 0."""


class Finding(Answer):
    """One thing that an authoring check found."""

    severity: Severity
    """An error refuses the check-in; warnings and informations only tell."""
    code: str
    """Stable, for programs."""
    message: str
    fix: str
    """The way out."""
    place: FindingPlace


def findings_of(found: Iterable[model.Finding]) -> list[Finding]:
    """The model's findings for the wire."""
    return [Finding.model_validate(each) for each in found]


class Problem(BaseModel):
    """An error (RFC 9457); some have more members, such as `findings`, `owner` or `problems`."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    type: str = "about:blank"
    """A URI that names the kind of problem."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong here, and the way out."""
    code: str
    """Stable, for programs."""
    problems: list[str] | None = None
    """Each single mistake in words."""
    findings: list[Finding] | None = None
    """What the authoring checks found."""
    owner: str | None = None
    """Who holds the thing."""
    place: str | None = None
    """Where in the document, as a path."""
    retry_after_seconds: int | None = None
    """How long to wait before the next try."""
