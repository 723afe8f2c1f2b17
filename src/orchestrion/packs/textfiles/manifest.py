"""What the Text File Management pack offers."""

from orchestrion.packs.textfiles.append_line import append_line
from orchestrion.packs.textfiles.read_line import read_line
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="text-files",
    name="Text File Management",
    version="1.0.0",
    activities=(append_line, read_line),
    package=__package__,
)
