"""The reference page about settings, from the settings themselves."""

from __future__ import annotations

from orchestrion.settings import FILE_NAME, OTHER_VARIABLES, PREFIX, Settings

_DEFAULTS = {
    "data_dir": "`~/.local/share/orchestrion`",
    "database": "`orchestrion.db` in the data folder",
    "key_file": "`master.key` in the data folder",
    "name": "the machine's name",
}
_HEAD = f"""# Configuration

A flag wins over a variable, a variable over the file, the file over the default. The file is `{FILE_NAME}` in
the data folder, or the one that `--config` or `ORCHESTRION_CONFIG` names. `orchestrion config` shows
each value with its source.

| setting in the file | variable | default | meaning |
| --- | --- | --- | --- |"""
_TAIL = """
The flags have the same names with hyphens (`--data-dir`); where none sets it, the meaning says so. A list is one flag
per value, `--allowed-host` for `allowed_hosts` and `--trusted-proxy` for `trusted_proxies`, and a text with commas in
its variable.

Variables that are no settings:

| variable | meaning |
| --- | --- |"""


def page() -> str:
    """The page as Markdown."""
    rows = [
        f"| `{name}` | `{PREFIX}{name.upper()}` | {_default(name)} | {' '.join((field.description or '').split())} |"
        for name, field in Settings.model_fields.items()
    ]
    others = [f"| `{name}` | {meaning} |" for name, meaning in OTHER_VARIABLES.items()]
    return "\n".join([_HEAD, *rows, _TAIL, *others])


def _default(name: str) -> str:
    if name in _DEFAULTS:
        return _DEFAULTS[name]
    default = Settings.model_fields[name].default
    return f"`{default}`" if default not in (None, ()) else "none"
