"""Compiled runbook versions, shared by all instances of this server."""

from __future__ import annotations

from collections import OrderedDict

from orchestrion.engine.plan import Plan, compile_plan
from orchestrion.model.codec import read_runbook
from orchestrion.model.values import Json
from orchestrion.ports.journal import Claimed
from orchestrion.ports.packs import PackCatalogue
from orchestrion.ports.transaction import Database

_KEPT = 500  # plans; a busy server runs far fewer runbook versions at a time, and a plan is small


class Plans:
    """Loads and compiles a version once."""

    def __init__(self, database: Database, packs: PackCatalogue) -> None:
        self._database = database
        self._packs = packs
        self._plans: OrderedDict[tuple[str, int], Plan] = OrderedDict()

    async def get(self, runbook_id: str, version: int) -> Plan:
        """The plan. Raises InvalidError when this server cannot run it, e.g. because a pack is missing here."""
        key = (runbook_id, version)
        if key not in self._plans:
            record = await self._database.read(lambda tx: tx.runbooks.version(runbook_id, version))
            self._plans[key] = self._compiled(record.document)
            if len(self._plans) > _KEPT:
                self._plans.popitem(last=False)
        self._plans.move_to_end(key)
        return self._plans[key]

    async def of(self, claimed: Claimed) -> Plan:
        """The plan of a claimed instance: of its version, or of the draft that it tests. Raises InvalidError."""
        draft = claimed.test.get("document") if claimed.test else None
        return await self.get(claimed.runbook_id, claimed.version) if draft is None else self._compiled(draft)

    def _compiled(self, document: Json) -> Plan:
        types = {type_id: each.type for type_id, each in self._packs.installed().items()}
        return compile_plan(read_runbook(document), types)
