"""Run Script, in Python and in a shell."""

import os
import shutil
from pathlib import Path

import pytest

from orchestrion.packs.system.run_script import RunScriptInputs, run_script, what_would_run
from orchestrion.sdk import ActivityFailed, Json, Record
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run

pytestmark = pytest.mark.anyio
HOSTILE = "\"'; $(touch pwned) `id` {{ x }} \\ \n'''"


@pytest.fixture
def ctx(tmp_path: Path) -> RehearsalContext:
    """A context with a folder of its own."""
    return RehearsalContext(temp_folder=tmp_path)


async def start(ctx: RehearsalContext, kind: str, script: str, **inputs: Json) -> Ended:
    return await run(run_script, ctx, type=kind, script=script, **inputs)


def rows(*names: str, kind: str = "text", collection: bool = False) -> list[dict[str, Json]]:
    return [{"name": name, "type": kind, "collection": collection, "variable": name} for name in names]


def values(**found: Json) -> list[dict[str, Json]]:
    return [{"name": name, "value": value} for name, value in found.items()]


async def test_python_publishes_its_variables(ctx: RehearsalContext) -> None:
    """Typed items come from the script's globals, beside what it wrote."""
    script = "import sys\nprint('out')\nprint('err', file=sys.stderr)\ntotal = count * 2"
    ended = await start(
        ctx, "Python", script, variables=values(count=21), published_data=rows("total", kind="number")
    )  # fmt: skip
    assert ended.status == "success"
    assert [dict(record) for record in ended.records] == [
        {"total": 42, "Standard Output": "out", "Standard Error": "err", "Script Body": script,
         "Script Language": "Python"}
    ]  # fmt: skip


async def test_python_collections_are_several_records(ctx: RehearsalContext) -> None:
    """Lists are lined up by index, a shorter one ends in blanks."""
    script = "names = ['a', 'b']\nsizes = (1, 2, 3)"
    published = [*rows("names", collection=True), *rows("sizes", kind="number", collection=True)]
    ended = await start(ctx, "Python", script, published_data=published)
    found = [(record["names"], record["sizes"]) for record in ended.records]
    assert found == [("a", 1), ("b", 2), (None, 3)]


async def test_python_values_keep_their_types(ctx: RehearsalContext) -> None:
    """Variables arrive as text, number and boolean, whatever the text holds, and moments leave in ISO 8601."""
    script = "import datetime as m\nkinds = [type(each).__name__ for each in (t, n, f, b)]\nd = m.datetime(2026, 1, 2)"
    published = [*rows("kinds", collection=True), *rows("t"), *rows("d", kind="date-time")]
    ended = await start(
        ctx, "Python", script, variables=values(t=HOSTILE, n=1, f=1.5, b=True), published_data=published
    )
    assert [record["kinds"] for record in ended.records] == ["str", "int", "float", "bool"]
    assert (ended.records[0]["t"], ended.records[0]["d"]) == (HOSTILE, "2026-01-02T00:00:00+00:00")


async def test_a_python_error_fails_with_its_last_line(ctx: RehearsalContext) -> None:
    """The traceback shows the script alone, and what was set until then is published."""
    ended = await start(ctx, "Python", "a = 'set'\n1 / 0", published_data=rows("a"))
    assert ended.status == "failed"
    assert ended.error == "The script failed with exit code 1: ZeroDivisionError: division by zero"
    assert ended.records[0]["a"] == "set"
    trace = str(ended.records[0]["Standard Error"])
    assert 'File "<script>", line 2' in trace
    assert "harness" not in trace


@pytest.mark.parametrize(
    ("script", "code"), [("import sys; sys.exit(0)", 0), ("exit()", 0), ("raise SystemExit(7)", 7), ("x = (", 1)]
)
async def test_python_exit_codes(ctx: RehearsalContext, script: str, code: int) -> None:
    """Leaving with 0 is a success; another code, or no Python at all, fails."""
    ended = await start(ctx, "Python", script)
    assert ended.status == ("failed" if code else "success")
    assert not code or f"exit code {code}" in ended.error


async def test_a_script_sees_none_of_the_servers_settings(
    ctx: RehearsalContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in Python nor in a shell."""
    monkeypatch.setenv("ORCHESTRION_MASTER_KEY", "canary")
    for kind, script in (("Python", "import os; print(dict(os.environ))"), ("Shell", "env")):
        assert "canary" not in str((await start(ctx, kind, script)).records[0]["Standard Output"])


async def test_python_runs_in_a_process_of_its_own(ctx: RehearsalContext) -> None:
    """A script that pulls the plug ends itself and no more."""
    ended = await start(ctx, "Python", "import os; a = os.getppid(); os._exit(9)", published_data=rows("a"))
    assert (ended.status, ended.records[0]["a"]) == ("failed", None)
    assert os.getpid() > 0


async def test_shell_variables_are_never_code(ctx: RehearsalContext, tmp_path: Path) -> None:
    """Values come through the environment exactly as they are, and go out by the output file."""
    script = 'printf "%s" "$VALUE"\n{ echo "BACK<<END"; printf "%s\\n" "$VALUE"; echo END; } >> "$ORCHESTRION_OUTPUT"'
    ended = await start(ctx, "Shell", script, variables=values(VALUE=HOSTILE), published_data=rows("BACK"))
    assert (ended.records[0]["Standard Output"], ended.records[0]["BACK"]) == (HOSTILE, HOSTILE)
    assert not (tmp_path / "pwned").exists()


async def test_shell_lines_are_collections(ctx: RehearsalContext) -> None:
    """A name that comes again is another value of a collection; otherwise the last one counts."""
    script = "for n in 1 2 3; do echo N=$n; echo LAST=$n; done > $ORCHESTRION_OUTPUT"
    published = [*rows("N", kind="number", collection=True), *rows("LAST")]
    ended = await start(ctx, "Shell", script, published_data=published)
    assert [(record["N"], record["LAST"]) for record in ended.records] == [(1, "3"), (2, "3"), (3, "3")]


async def test_a_shell_script_fails_with_its_exit_code(ctx: RehearsalContext) -> None:
    """The last line of standard error says why; standard error alone is no failure."""
    ended = await start(
        ctx, "Shell", "echo A=1 > $ORCHESTRION_OUTPUT\necho reason >&2\nexit 3", published_data=rows("A")
    )
    assert (ended.status, ended.error) == ("failed", "The script failed with exit code 3: reason")
    assert ended.records[0]["A"] == "1"
    assert (await start(ctx, "Shell", "echo warning >&2")).status == "success"


async def test_the_first_line_may_name_the_interpreter(ctx: RehearsalContext) -> None:
    """A script for another shell says so as usual."""
    ended = await start(ctx, "Shell", "#!/usr/bin/env bash\nset -o pipefail\na=(1 2)\necho ${a[1]}")
    assert ended.records[0]["Standard Output"] == "2"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"published_data": rows("a", "a")}, "'a' is empty or taken"),
        ({"published_data": rows("Standard Output")}, "'Standard Output' is empty or taken"),
        ({"variables": [{"name": "1a", "value": ""}]}, "'1a' is no name"),
        ({"variables": [*values(a=1), *values(a=2)]}, "'a' is given twice"),
        ({"script": "#!/no/such/shell\n"}, "could not be started"),
        ({"script": "echo nonsense > $ORCHESTRION_OUTPUT"}, "no assignment"),
        ({"script": "echo A=x > $ORCHESTRION_OUTPUT", "published_data": rows("A", kind="number")}, "not a number"),
    ],
)
async def test_mistakes_are_named(ctx: RehearsalContext, inputs: dict[str, Json], message: str) -> None:
    """Each failure says what to correct."""
    ended = await run(run_script, ctx, **{"type": "Shell", "script": "", **inputs})
    assert ended.status == "failed"
    assert message in ended.error


async def test_powershell_is_refused_where_it_is_missing(
    ctx: RehearsalContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check-in says so, and so does the activity."""
    monkeypatch.setenv("PATH", "")
    assert [limit.values for limit in run_script.limits_func()] == [("PowerShell",)]
    assert "not installed" in (await start(ctx, "PowerShell", "exit 0")).error


@pytest.mark.skipif(shutil.which("pwsh") is None, reason="PowerShell is not installed")
async def test_powershell_publishes_as_a_shell_does(ctx: RehearsalContext) -> None:
    """Variables are in $env:, values go to the output file."""
    script = 'Add-Content $env:ORCHESTRION_OUTPUT "A=$($env:VALUE)"'
    ended = await start(ctx, "PowerShell", script, variables=values(VALUE="x y"), published_data=rows("A"))
    assert ended.records[0]["A"] == "x y"


async def simulate(ctx: RehearsalContext, kind: str, script: str, **inputs: Json) -> Record:
    given = RunScriptInputs.model_validate({"type": kind, "script": script, **inputs})
    return (await what_would_run(given, ctx)).record()


@pytest.mark.parametrize(("kind", "script"), [("Python", "open('made', 'w')"), ("Shell", "touch made")])
async def test_a_simulation_runs_nothing(ctx: RehearsalContext, kind: str, script: str) -> None:
    """It publishes what the real run then publishes, but blanks for what the script writes."""
    simulated = await simulate(ctx, kind, script, published_data=rows("a"))
    assert list(ctx.temp_folder.iterdir()) == []
    [record] = (await start(ctx, kind, script, published_data=rows("a"))).records
    assert {**simulated, "Standard Output": "", "Standard Error": ""} == dict(record)
    assert (ctx.temp_folder / "made").exists()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"script": "#!/no/such/shell\n"}, "could not be started: there is no program '/no/such/shell'"),
        ({"script": "#!'open\n"}, "No closing quotation"),
        ({"published_data": rows("a", "a")}, "'a' is empty or taken"),
        ({"variables": values(a="\0")}, "zero byte"),
        ({"variables": values(PATH="/nowhere"), "script": "#!bash\n"}, "there is no program 'bash'"),
    ],
)
async def test_a_simulation_foresees_failures(ctx: RehearsalContext, inputs: dict[str, Json], message: str) -> None:
    """Mistakes in names and values, and an interpreter that is not there; the real run fails for them too."""
    given: dict[str, Json] = {"script": "", **inputs}
    with pytest.raises(ActivityFailed, match=message):
        await simulate(ctx, "Shell", **given)  # type: ignore[arg-type]  # the script is a text
    assert (await run(run_script, ctx, type="Shell", **given)).status == "failed"


async def test_a_simulation_misses_powershell(ctx: RehearsalContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the real run does."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ActivityFailed, match="not installed"):
        await simulate(ctx, "PowerShell", "exit 0")
