"""What the Notification pack offers."""

from orchestrion.packs.notification.send_platform_event import send_platform_event
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="notification", name="Notification", version="1.0.0", activities=(send_platform_event,), package=__package__
)
