"""Showing the configuration."""

from __future__ import annotations

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.options import AsJson, Config, DataDir
from orchestrion.cli.terminal import terminal
from orchestrion.settings import Settings, load, shown


@reports_failures
def config(data_dir: DataDir = None, config: Config = None, as_json: AsJson = False) -> None:
    """Show every setting with its source.

    The source is a flag, a variable, the file or the default. Secrets are masked.
    """
    found = load({"data_dir": data_dir}, config)
    rows = [(name, shown(found.settings, name), found.sources[name]) for name in Settings.model_fields]
    if as_json:
        terminal().json({name: {"value": value, "source": source} for name, value, source in rows})
    else:
        terminal().table(("setting", "value", "source"), rows)
        terminal().note(f"Configuration file: {found.file or 'none'}")
    for name in found.unknown_variables:
        terminal().note(f"warning: the variable {name} means nothing to Orchestrion; is it misspelt?")
