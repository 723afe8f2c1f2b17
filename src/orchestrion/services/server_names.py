"""Lists of runbook servers as people write them: names, and tags such as `tag:zone=dmz`."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrion.model.assignment import unknown_entries
from orchestrion.ports.transaction import Transaction


def unknown_servers(tx: Transaction, entries: Sequence[str]) -> list[str]:
    """What is wrong with a list, in words."""
    return unknown_entries(entries, {each.name: each.tags for each in tx.servers.all()}) if entries else []
