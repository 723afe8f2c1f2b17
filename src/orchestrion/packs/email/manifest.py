"""What the Email pack offers."""

from orchestrion.packs.email.send_email import send_email
from orchestrion.sdk import PackManifest

manifest = PackManifest(id="email", name="Email", version="1.0.0", activities=(send_email,), package=__package__)
