"""What the authoring checks know about the installation, read in one transaction."""

from __future__ import annotations

from orchestrion.model.codec import read_runbook
from orchestrion.model.errors import NotFoundError
from orchestrion.model.known import Known, KnownRunbook
from orchestrion.model.runbook import INVOKE_RUNBOOK, Activity, Runbook, declared_parameters
from orchestrion.ports.authoring import RunbookRecord
from orchestrion.ports.transaction import Transaction


def known_of(tx: Transaction, runbook: Runbook) -> Known:
    """Everything outside that `runbook` may name."""
    return Known(
        variables={each.path.casefold(): each.encrypted for each in tx.variables.all()},
        counters=frozenset(path.casefold() for path in tx.counters.values()),
        computer_groups=frozenset(each.path.casefold() for each in tx.computer_groups.all()),
        schedules=frozenset(each.path.casefold() for each in tx.schedules.all()),
        servers={each.name: each.tags for each in tx.servers.all()},
        runbooks=dict(_invoked(tx, each) for each in runbook.activities.values() if each.type == INVOKE_RUNBOOK),
    )


def _invoked(tx: Transaction, activity: Activity) -> tuple[str, KnownRunbook | None]:
    wanted = str(activity.inputs.get("runbook") or "")
    found: RunbookRecord | None
    if activity.inputs.get("by_path") is True:
        found = tx.runbooks.find(wanted)
    else:
        try:
            found = tx.runbooks.get(wanted)
        except NotFoundError:
            found = None
    return wanted, None if found is None else _facts(tx, found)


def _facts(tx: Transaction, found: RunbookRecord) -> KnownRunbook:
    if found.version is None:
        return KnownRunbook(found.path, found.is_monitor, is_checked_in=False)
    document = read_runbook(tx.runbooks.version(found.id, found.version).document)
    return KnownRunbook(found.path, found.is_monitor, is_checked_in=True, parameters=declared_parameters(document))
