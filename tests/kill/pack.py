"""A pack whose activities do one thing each: call the target. There is one for each effect class."""

from __future__ import annotations

from orchestrion.model.values import Json
from orchestrion.sdk import (
    ActivityFailed,
    ActivityInputs,
    Done,
    Evidence,
    NotDone,
    PackManifest,
    PublishedModel,
    RunContext,
    Verdict,
    activity,
    field,
    item,
)
from tests.kill.asking import ask

CLASSES = ("pure", "read", "idempotent", "verifiable", "once")
LISTED = ("a", "b", "c")


class Named(ActivityInputs):
    """What the call is about; it comes from what earlier activities published."""

    name: str = field("Name")


class Answered(PublishedModel):
    """What the target answered."""

    name: str = item("Name")
    round: int = item("Round")


async def call(what: str, inputs: Named, ctx: RunContext) -> dict[str, Json]:
    """One call of the target, which knows the execution by the id that stays the same over crashes."""
    question: dict[str, Json] = {"what": what, "name": inputs.name, "activity": ctx.activity_id}
    return await ask(kind="call", execution=ctx.execution_id, instance=ctx.instance_id, **question)


async def act(inputs: Named, ctx: RunContext) -> Answered:
    """Has an effect on the target, unless that refuses."""
    answer = await call("act", inputs, ctx)
    if "refused" in answer:
        raise ActivityFailed(str(answer["refused"]))
    return Answered.model_validate(answer["published"])


async def list_names(inputs: Named, ctx: RunContext) -> list[Answered]:
    """Reads several records."""
    answered = await act(inputs, ctx)
    return [Answered(name=each, round=answered.round) for each in LISTED]


async def evidence(inputs: Named, ctx: RunContext) -> Evidence:
    """How often the effect took place before."""
    return {"effects": (await call("prepare", inputs, ctx))["effects"]}


async def probe(inputs: Named, before: Evidence, ctx: RunContext) -> Verdict:
    """Whether the effect took place since."""
    answer = await call("verify", inputs, ctx)
    if answer["effects"] == before["effects"]:
        return NotDone()
    return Done((Answered.model_validate(answer["published"]),))


def manifest() -> PackManifest:
    """The pack: `kill.list` and one `kill.call-…` for each effect class."""
    definitions = [activity(f"Call {effect}", category="Kill", effect=effect)(act) for effect in CLASSES]
    verifiable = definitions[CLASSES.index("verifiable")]
    verifiable.prepare(evidence)
    verifiable.verify(probe)
    return PackManifest(
        "kill", "Kill", "1", (*definitions, activity("List", category="Kill", effect="read")(list_names))
    )


MANIFEST = manifest()
