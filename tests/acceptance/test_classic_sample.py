"""The product's classic first runbook, with a real process, a real log entry and a real mail server."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.acceptance.installation import SAMPLES, Installation
from tests.services.journal import JournalDirectory
from tests.services.smtp import SmtpCatcher
from tests.services.syslog import SyslogServer
from tests.services.waiting import eventually

PATH = "Samples/Restart a process when an event appears"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Path]:
    """The sample's service under a name of its own; whatever still runs of it is ended."""
    program = tmp_path / f"svc{time.monotonic_ns() % 10**9}"
    shutil.copy(SAMPLES / "programs" / "sample-service", program)
    yield program
    for pid in running(program):
        psutil.Process(pid).kill()


def running(program: Path) -> list[int]:
    """The ids of the processes with the program's name."""
    found = psutil.process_iter(["name", "status"])
    return [each.pid for each in found if each.info["name"] == program.name and each.info["status"] != "zombie"]


@pytest.fixture
def watch(product: Installation, smtp_catcher: SmtpCatcher, service: Path) -> Callable[..., str]:
    """Points the sample at this test's log, process and mail server, and starts it; gives the job's id."""

    def start(**variables: str) -> str:
        product.set_variables(
            Process_name=service.name,
            Program_path=str(service),
            Mail_server=smtp_catcher.host,
            Mail_port=str(smtp_catcher.port),
            **variables,
        )
        job_id = product.start(PATH)
        product.wait_for_status(job_id, "waiting")
        return job_id

    return start


def test_a_log_entry_replaces_the_process_and_a_mail_tells_of_it(
    product: Installation,
    watch: Callable[..., str],
    service: Path,
    syslog_server: SyslogServer,
    smtp_catcher: SmtpCatcher,
) -> None:
    """An entry written with `logger` ends the old process, starts a new one, and the mail names both."""
    old = subprocess.Popen([service])
    syslog_server.log("something else")
    job_id = watch(Event_log=str(syslog_server.iso_messages))
    syslog_server.log("sample-service has stopped answering")
    (mail,) = smtp_catcher.wait_for(1)
    old.wait(timeout=10)
    (new,) = running(service)
    assert new != old.pid
    assert f"Old process id: {old.pid}" in mail.text.splitlines()
    assert f"New process id: {new}" in mail.text.splitlines()
    assert "Event: sample-service has stopped answering" in mail.text.splitlines()
    assert mail.recipients == ("operator@localhost",)
    (instance,) = product.request("GET", f"/jobs/{job_id}/instances")["items"]
    eventually(lambda: product.request("GET", f"/instances/{instance['id']}")["status"] == "success", "the end")


def test_a_process_that_does_not_run_is_started(
    product: Installation,
    watch: Callable[..., str],
    service: Path,
    journal_directory: JournalDirectory,
    smtp_catcher: SmtpCatcher,
) -> None:
    """From a journal: nothing has to be ended, the process is started, and the instance ends with a warning."""
    journal_directory.write("the first entry makes the journal")
    job_id = watch(Journal_directory=str(journal_directory.path))
    journal_directory.write("sample-service has stopped", SYSLOG_IDENTIFIER="watchdog", PRIORITY="3")
    (mail,) = smtp_catcher.wait_for(1)
    (new,) = running(service)
    assert psutil.Process(new).children() == [], "a fork has the service's name for an instant"
    assert "Old process id: none, it did not run" in mail.text.splitlines()
    assert f"New process id: {new}" in mail.text.splitlines()
    (instance,) = product.request("GET", f"/jobs/{job_id}/instances")["items"]
    eventually(lambda: product.request("GET", f"/instances/{instance['id']}")["status"] == "warning", "the end")


def test_a_stopped_monitor_no_longer_reacts(
    product: Installation, watch: Callable[..., str], journal_directory: JournalDirectory
) -> None:
    """Stopping the job disarms the monitor."""
    journal_directory.write("the first entry makes the journal")
    job_id = watch(Journal_directory=str(journal_directory.path))
    assert product.command("job", "stop", job_id).code == 0
    product.wait_for_status(job_id, "canceled")
    journal_directory.write("sample-service has stopped")
    assert product.request("GET", f"/jobs/{job_id}/triggers") == []
