"""What runbook servers announced: one row per server and activity type (ports.CatalogueStore)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, delete, insert, select

from orchestrion.model.activity_type import ActivityType, Limit
from orchestrion.storage.catalogue_rows import type_of, type_text
from orchestrion.storage.tables import announced_type


class SqlCatalogue:
    """See ports.CatalogueStore."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def announce(self, server_id: str, pack_versions: Mapping[str, str], types: Sequence[ActivityType]) -> None:
        """See ports.CatalogueStore."""
        self._connection.execute(delete(announced_type).where(announced_type.c.server_id == server_id))
        rows = [
            {
                "server_id": server_id,
                "type_id": kind.id,
                "pack": kind.pack,
                "pack_version": pack_versions[kind.pack],
                "definition": type_text(kind),
            }
            for kind in types
        ]
        if rows:
            self._connection.execute(insert(announced_type), rows)

    def types(self) -> dict[str, ActivityType]:
        """See ports.CatalogueStore."""
        announced: dict[str, list[RowMapping]] = defaultdict(list)
        query = select(announced_type).order_by(announced_type.c.type_id)
        for row in self._connection.execute(query).mappings():
            announced[row["type_id"]].append(row)
        return {type_id: _newest(rows) for type_id, rows in announced.items()}

    def packs(self) -> list[tuple[str, str, int]]:
        """See ports.CatalogueStore."""
        query = select(announced_type.c.pack, announced_type.c.pack_version, announced_type.c.type_id)
        versions: dict[str, set[str]] = defaultdict(set)
        types: dict[str, set[str]] = defaultdict(set)
        for pack, version, type_id in self._connection.execute(query).all():
            versions[pack].add(version)
            types[pack].add(type_id)
        return [(pack, max(versions[pack], key=_version_key), len(types[pack])) for pack in sorted(types)]

    def packs_of_servers(self) -> dict[str, dict[str, str]]:
        """See ports.CatalogueStore."""
        query = select(announced_type.c.server_id, announced_type.c.pack, announced_type.c.pack_version).distinct()
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for server_id, pack, version in self._connection.execute(query.order_by(announced_type.c.pack)).all():
            found[server_id][pack] = version
        return dict(found)


def _newest(rows: Sequence[RowMapping]) -> ActivityType:
    newest = type_of(max(rows, key=lambda row: _version_key(row["pack_version"]))["definition"])
    return replace(newest, limits=_shared_limits([type_of(row["definition"]) for row in rows]))


def _shared_limits(types: Sequence[ActivityType]) -> tuple[Limit, ...]:
    """The limits of the first that all have: where one server can run a type, a runbook may use it."""
    return tuple(limit for limit in types[0].limits if all(limit in kind.limits for kind in types))


def _version_key(version: str) -> tuple[list[int], bool, str]:
    """Orders versions by their numbers; a pre-release (`1.0rc1`) comes before its release."""
    numbers, rest = re.match(r"([\d.]*)(.*)", version, re.DOTALL).groups()  # type: ignore[union-attr]  # matches all
    return [int(part) for part in numbers.split(".") if part], rest == "", rest
