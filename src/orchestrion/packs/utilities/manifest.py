"""What the Utilities pack offers."""

from orchestrion.packs.utilities.compare_values import compare_values
from orchestrion.packs.utilities.get_counter_value import get_counter_value
from orchestrion.packs.utilities.modify_counter import modify_counter
from orchestrion.sdk import PackManifest

manifest = PackManifest(
    id="utilities",
    name="Utilities",
    version="1.0.0",
    activities=(compare_values, get_counter_value, modify_counter),
    package=__package__,
)
