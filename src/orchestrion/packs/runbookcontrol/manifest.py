"""What the Runbook Control pack offers."""

from orchestrion.packs.runbookcontrol.groups import for_each, while_group
from orchestrion.packs.runbookcontrol.initialize_data import initialize_data
from orchestrion.packs.runbookcontrol.invoke_runbook import invoke_runbook
from orchestrion.packs.runbookcontrol.junction import junction
from orchestrion.packs.runbookcontrol.return_data import return_data
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="runbook-control",
    name="Runbook Control",
    version="1.0.0",
    activities=(initialize_data, invoke_runbook, return_data, junction, for_each, while_group),
    package=__package__,
)
