"""Run Program."""

import os
import pwd
import sys
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrion.packs.system.run_program import DETACH, RunProgramInputs, run_program, what_would_start
from orchestrion.sdk import ActivityFailed, Json, Record
from orchestrion.sdk.invoke import Ended
from orchestrion.sdk.testing import RehearsalContext, run
from tests.services.waiting import eventually

# ruff: noqa: ASYNC240 - nobody else waits for the event loop of a test

pytestmark = pytest.mark.anyio
ECHO = "import sys, json; print(json.dumps(sys.argv[1:]))"
COMMAND = {"mode": "Command execution"}
is_root = os.geteuid() == 0
IMPOSSIBLE: list[tuple[dict[str, Json], str]] = [
    ({"program_path": "no-such-program"}, "There is no program 'no-such-program'"),
    ({"program_path": "/etc"}, "There is no program '/etc'"),
    ({"program_path": "true", "computer": "elsewhere"}, "cannot be started on 'elsewhere'"),
    ({"program_path": "true", "parameters": "'open"}, "Parameters: No closing quotation"),
    ({"program_path": "true", "arguments": ["a\0b"]}, "zero byte"),
    ({"program_path": "true", "working_folder": "/nowhere"}, "'/nowhere' does not exist"),
    ({"program_path": "true", "user_name": "nobody-at-all"}, "There is no account 'nobody-at-all'"),
    ({"program_path": "true", "user_name": "root", "password": "x"}, "A password cannot be checked"),
    ({"program_path": "true", "variables": [{"name": "a b", "value": ""}]}, "'a b' is no name"),
    ({"program_path": "true", "variables": [{"name": "a", "value": "\0"}]}, "zero byte"),
    ({"program_path": "true", "execution_mode": "Interactive"}, "no desktop session"),
]


@pytest.fixture(autouse=True)
def output_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Output files stay out of the machine's own folder."""
    folder = tmp_path_factory.mktemp("output")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


async def start(program: str, **inputs: Json) -> Ended:
    return await run(run_program, RehearsalContext(), program_path=program, **inputs)


async def test_a_program_is_run_to_its_end(tmp_path: Path) -> None:
    """All documented items, the output in a file as well."""
    script = "import os, sys; print(os.getcwd()); print('bad', file=sys.stderr); sys.exit(3)"
    ended = await start(sys.executable, parameters=f'-c "{script}"', working_folder=str(tmp_path))
    record = dict(ended.records[0])
    assert isinstance(record.pop("Process ID"), int)
    assert Path(str(record.pop("Program output file"))).read_text() == f"{tmp_path}\nbad\n"
    assert record == {
        "Program path": sys.executable, "Program parameters": f'-c "{script}"', "Working folder path": str(tmp_path),
        "Program exit code": 3, "Computer": "localhost", "Program output": f"{tmp_path}\nbad",
        "Pure Output": f"{tmp_path}\n", "UNC program output file": None,
    }  # fmt: skip
    assert ended.status == "success"


async def test_no_shell_reads_the_parameters() -> None:
    """What only a shell gives a meaning reaches the program as it stands."""
    ended = await start(sys.executable, parameters=f'-c "{ECHO}" $HOME "a b" ; rm -rf *')
    assert ended.records[0]["Program output"] == '["$HOME", "a b", ";", "rm", "-rf", "*"]'


@settings(max_examples=25, deadline=None)
@given(text=st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
async def test_an_argument_arrives_as_it_is(text: str) -> None:
    """Whatever published data holds, as an entry of Arguments it is one argument."""
    show = "import sys; sys.stdout.buffer.write(sys.argv[1].encode())"
    ended = await start(sys.executable, arguments=["-c", show, text])
    assert ended.records[0]["Pure Output"] == text


async def test_a_command_goes_through_the_shell() -> None:
    """The line is the shell's, and variables bring values it does not read as commands."""
    hostile = "$(echo pwned); `id` \" '"
    variables: Json = [{"name": "VALUE", "value": hostile}, {"name": "N", "value": 12}]
    ended = await start('echo "$VALUE" | cat; echo $((N + 1)) >&2; exit 4', **COMMAND, variables=variables)
    record = ended.records[0]
    assert (record["Pure Output"], record["Program exit code"]) == (f"{hostile}\n", 4)
    assert (record["Program output"], record["Program parameters"]) == (f"{hostile}\n13", None)


async def test_exit_codes_may_fail_the_activity() -> None:
    """Only with a list of successful ones does the exit code say how the activity ended."""
    assert (await start("exit 3", **COMMAND, successful_exit_codes=[0, 3])).status == "success"
    ended = await start("exit 4", **COMMAND, successful_exit_codes=[0, 3])
    assert (ended.status, ended.records[0]["Program exit code"]) == ("failed", 4)


async def test_the_time_limit_ends_the_program_and_its_children(tmp_path: Path) -> None:
    """The activity fails, and nothing goes on running."""
    file = tmp_path / "pid"
    ended = await start(f"sleep 600 & echo $! > {file}; wait", **COMMAND, terminate_after=0.01)
    assert (ended.status, ended.error) == (
        "failed", "The program was ended because it ran longer than 0.01 minutes."
    )  # fmt: skip
    pid = int(file.read_text())
    eventually(lambda: not psutil.pid_exists(pid), "the end of the child")


async def test_without_waiting_the_runbook_goes_on(tmp_path: Path) -> None:
    """Nothing is published, and the program outlives the activity."""
    file = tmp_path / "pid"
    ended = await start(f"echo $$ > {file}.new; mv {file}.new {file}; sleep 600", **COMMAND, completion=DETACH)
    assert (ended.status, dict(ended.records[0])) == ("success", {})
    eventually(file.exists, "the program's start")
    pid = int(file.read_text())
    assert psutil.pid_exists(pid)
    os.killpg(pid, 9)


async def test_low_priority_is_nice() -> None:
    """In the background with low priority the program gives way to others."""
    ended = await start("nice", execution_mode="Background, low priority")
    assert int(str(ended.records[0]["Program output"])) == os.nice(0) + 10


@pytest.mark.skipif(not is_root, reason="only root may change accounts")
async def test_a_program_may_run_under_another_account() -> None:
    """As root the account, its groups and its folder are switched."""
    ended = await start('id -un; id -gn; echo "$USER"', **COMMAND, user_name="nobody")
    group = "nogroup" if Path("/etc/debian_version").exists() else "nobody"
    assert str(ended.records[0]["Program output"]).split() == ["nobody", group, "nobody"]


async def test_the_own_account_needs_no_switch() -> None:
    """To name the account of the server changes nothing."""
    own = pwd.getpwuid(os.geteuid()).pw_name
    assert (await start("id -un", **COMMAND, user_name=own)).records[0]["Program output"] == own


@pytest.mark.parametrize(("inputs", "message"), IMPOSSIBLE)
async def test_what_cannot_be_started_fails(
    inputs: dict[str, Json], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure says what is wrong, before anything runs."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    ended = await run(run_program, RehearsalContext(), **inputs)
    assert ended.status == "failed"
    assert message in ended.error


async def test_check_in_says_that_there_is_no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interactive programs are refused where nobody could see them."""
    monkeypatch.setenv("DISPLAY", ":0")
    assert run_program.limits_func() == ()
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert [limit.values for limit in run_program.limits_func()] == [("Interactive",)]


async def test_old_output_is_removed(output_folder: Path) -> None:
    """Output files last a day; nobody else can read them."""
    await start("true")
    folder = next(output_folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    (old := folder / "old.txt").touch()
    os.utime(old, (0, 0))
    await start("true")
    assert not old.exists()


async def test_output_of_somebody_else_is_not_touched(output_folder: Path) -> None:
    """A folder that is a link to elsewhere is not written to; the output is published all the same."""
    (output_folder / f"orchestrion-output-{os.geteuid()}").symlink_to(output_folder)
    ended = await start("echo", parameters="x")
    assert (ended.records[0]["Program output"], ended.records[0]["Program output file"]) == ("x", None)


async def simulate(program: str, **inputs: Json) -> Record:
    given = RunProgramInputs.model_validate({"program_path": program, **inputs})
    return (await what_would_start(given, RehearsalContext())).record()


async def test_a_simulation_starts_nothing(tmp_path: Path) -> None:
    """It publishes what the real run then publishes, but blanks for what only the program knows."""
    file = tmp_path / "made"
    simulated = await simulate("touch", parameters=f"'{file}'", working_folder=str(tmp_path))
    assert not file.exists()
    [record] = (await start("touch", parameters=f"'{file}'", working_folder=str(tmp_path))).records
    told = {"Process ID", "Program exit code", "Program output", "Pure Output", "Program output file"}
    assert simulated == {name: None if name in told else value for name, value in record.items()}


@pytest.mark.parametrize("inputs", [COMMAND, {"completion": DETACH}])
async def test_a_simulation_starts_nothing_in_any_mode(tmp_path: Path, inputs: dict[str, Json]) -> None:
    """Neither a command line nor a program that nobody waits for, of which nothing is published."""
    (script := tmp_path / "script").write_text(f"#!/bin/sh\ntouch {tmp_path / 'made'}\n")
    script.chmod(0o700)
    published = await simulate(str(script), **inputs)
    assert published["Program path"] == (None if "completion" in inputs else str(script))
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(("inputs", "message"), IMPOSSIBLE)
async def test_a_simulation_foresees_failures(
    inputs: dict[str, Json], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps a program from being started."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(ActivityFailed, match=message):
        await what_would_start(RunProgramInputs.model_validate(inputs), RehearsalContext())
