"""What the Runbook Control pack offers."""

from orchestrion.packs.runbookcontrol.initialize_data import initialize_data
from orchestrion.packs.runbookcontrol.return_data import return_data
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="runbook-control",
    name="Runbook Control",
    version="1.0.0",
    activities=(initialize_data, return_data),
    package=__package__,
)
