"""Read Line: chosen lines of a text file."""

from orchestrion.packs.textfiles.encoding import ENCODING_HELP, OTHER_HELP, EncodingChoice, encoding_of
from orchestrion.packs.textfiles.line_expression import lines_meant
from orchestrion.packs.textfiles.text_file import full_path, lines_of, plain_failures, shape_of
from orchestrion.sdk import ActivityFailed, ActivityInputs, PublishedModel, RunContext, activity, field, item


class ReadLineInputs(ActivityInputs):
    """Which lines of which file."""

    file: str = field("File", kind="path")
    file_encoding: EncodingChoice = field("File encoding", default="auto", help=ENCODING_HELP)
    other_encoding: str = field("Other encoding", default="", help=OTHER_HELP, shown_when=("file_encoding", ["other"]))
    line_numbers: str = field("Line numbers", help="For instance 1-3, 5,7,9, 4-END, 4-END<3 or LASTLINES:10.")


class ReadLinePublished(PublishedModel):
    """One record for each line."""

    file_name: str | None = item("File name")
    file_encoding: str | None = item("File encoding", description="The encoding the file was read with.")
    line_text: str | None = item("Line text", many=True)
    line_number: int | None = item("Line number", many=True)
    line_numbers: str | None = item("Line numbers", description="The expression as entered.")


@activity("Read Line", category="Text File Management", effect="read", mode="thread")
def read_line(inputs: ReadLineInputs, ctx: RunContext) -> list[ReadLinePublished]:
    """Publish chosen lines of a text file.

    Effect class `read`: nothing changes. Lines come in the order the expression names them. A wrong encoding, a line
    that does not exist or is named twice fails the activity.
    """
    path = full_path(inputs.file)
    with plain_failures(path):
        encoding = encoding_of(path, inputs.file_encoding, inputs.other_encoding)
        path.stat()  # a missing file is no empty one
        try:
            wanted = lines_meant(inputs.line_numbers, shape_of(path, encoding).lines)
        except ValueError as error:
            raise ActivityFailed(f"Line numbers: {error}") from None
        numbers = set(wanted)
        texts = {line.number: line.text for line in lines_of(path, encoding) if line.number in numbers}
    return [
        ReadLinePublished(
            file_name=inputs.file,
            file_encoding=encoding.name,
            line_text=texts.get(number, ""),
            line_number=number,
            line_numbers=inputs.line_numbers,
        )
        for number in wanted
    ]
