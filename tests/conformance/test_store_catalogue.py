"""What runbook servers announce is kept and joined alike on every database."""

from __future__ import annotations

import dataclasses

import pytest

from orchestrion.model.activity_type import (
    ActivityKind,
    ActivityType,
    DynamicItems,
    EffectTable,
    Field,
    FieldKind,
    Limit,
    PublishedItem,
    Shown,
)
from orchestrion.model.runbook import EffectClass
from orchestrion.model.values import ValueType
from orchestrion.ports.transaction import Database, Transaction

pytestmark = pytest.mark.anyio
ONE, TWO = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"

COLUMN = Field("value", "Value", FieldKind.NUMBER, default=1.5)
FIELD = Field(
    name="rows",
    label="Rows",
    kind=FieldKind.TABLE,
    required=True,
    default=[{"value": None}],
    choices=("a", "b"),
    help="What to do",
    tab="Advanced",
    language="python",
    columns=(COLUMN,),
    shown_when=Shown("mode", ("x",)),
)
FULL = ActivityType(
    id="test.full",
    pack="test",
    name="Full",
    category="Test",
    kind=ActivityKind.MONITOR,
    summary="Has everything",
    effect=EffectTable(EffectClass.ONCE, "mode", {"x": EffectClass.READ}),
    guarantee="replayable",
    inputs=(FIELD,),
    published=(PublishedItem("Line", ValueType.NUMBER, "A line", many=True),),
    dynamic_items=DynamicItems("rows", "n", "t"),
    icon="<svg/>",
    simulates=True,
    limits=(Limit("no journal", "mode", ("x",)),),
)
PLAIN = ActivityType("test.plain", "test", "Plain", "Test")
VERSION = {"test": "1.0"}


@pytest.mark.parametrize("example", [FULL, FIELD], ids=["type", "field"])
def test_the_example_leaves_no_default(example: ActivityType | Field) -> None:
    """A field that is added to the catalogue and forgotten in its stored form fails the next test."""
    for field in dataclasses.fields(example):
        assert getattr(example, field.name) != field.default, field.name


async def test_a_type_is_kept_with_everything(database: Database) -> None:
    """What was announced comes back equal."""

    def work(stores: Transaction) -> None:
        stores.catalogue.announce(ONE, VERSION, [FULL, PLAIN])
        assert stores.catalogue.types() == {"test.full": FULL, "test.plain": PLAIN}

    await database.write(work)


async def test_a_server_announces_anew(database: Database) -> None:
    """What it does not announce any more is gone."""

    def work(stores: Transaction) -> None:
        stores.catalogue.announce(ONE, VERSION, [FULL, PLAIN])
        stores.catalogue.announce(ONE, VERSION, [PLAIN])
        assert list(stores.catalogue.types()) == ["test.plain"]
        stores.catalogue.announce(ONE, {}, [])
        assert stores.catalogue.types() == {}

    await database.write(work)


@pytest.mark.parametrize(("older", "newer"), [("1.9", "1.10"), ("1.10rc1", "1.10"), ("0.1", "1")])
async def test_the_newest_version_counts(database: Database, older: str, newer: str) -> None:
    """Versions are compared as numbers, a pre-release before its release."""

    def work(stores: Transaction) -> None:
        stores.catalogue.announce(ONE, {"test": newer}, [dataclasses.replace(PLAIN, name="Newer")])
        stores.catalogue.announce(TWO, {"test": older}, [dataclasses.replace(PLAIN, name="Older"), FULL])
        assert stores.catalogue.types()["test.plain"].name == "Newer"
        assert stores.catalogue.packs() == [("test", newer, 2)]
        assert stores.catalogue.packs_of_servers() == {ONE: {"test": newer}, TWO: {"test": older}}

    await database.write(work)


async def test_a_limit_counts_where_every_server_has_it(database: Database) -> None:
    """A type that one server can run may be used."""

    def work(stores: Transaction) -> None:
        stores.catalogue.announce(ONE, VERSION, [FULL])
        stores.catalogue.announce(TWO, VERSION, [FULL])
        assert stores.catalogue.types()["test.full"].limits == FULL.limits
        stores.catalogue.announce(TWO, VERSION, [dataclasses.replace(FULL, limits=())])
        assert stores.catalogue.types()["test.full"].limits == ()

    await database.write(work)
