"""What the System pack offers."""

from orchestrion.packs.system.end_process import end_process
from orchestrion.packs.system.run_program import run_program
from orchestrion.packs.system.run_script import run_script
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="system",
    name="System",
    version="1.0.0",
    activities=(end_process, run_program, run_script),
    package=__package__,
)
