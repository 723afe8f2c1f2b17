"""What the Monitoring pack offers."""

from orchestrion.packs.monitoring.get_process_status import get_process_status
from orchestrion.packs.monitoring.monitor_event_log import monitor_event_log
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="monitoring",
    name="Monitoring",
    version="1.0.0",
    activities=(get_process_status, monitor_event_log),
    package=__package__,
)
