"""What the File Management pack offers."""

from orchestrion.packs.files.monitor_file import monitor_file
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="files", name="File Management", version="1.0.0", activities=(monitor_file,), package=__package__
)
