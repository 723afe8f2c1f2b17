"""What the Scheduling pack offers."""

from orchestrion.packs.scheduling.check_schedule import check_schedule
from orchestrion.packs.scheduling.monitor_date_time import monitor_date_time
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="scheduling",
    name="Scheduling",
    version="1.0.0",
    activities=(check_schedule, monitor_date_time),
    package=__package__,
)
