"""What the Utilities pack offers."""

from orchestrion.packs.utilities.compare_values import compare_values
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="utilities", name="Utilities", version="1.0.0", activities=(compare_values,), package=__package__
)
