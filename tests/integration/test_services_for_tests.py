"""The servers that other tests rely on do what their fixtures promise."""

import json
import smtplib
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Page

from tests.services.journal import JournalDirectory
from tests.services.network import find_free_port
from tests.services.postgres import Cluster, Database
from tests.services.smtp import SmtpCatcher
from tests.services.syslog import SyslogServer


def journal_messages(journal: JournalDirectory) -> list[str]:
    """What journalctl reads from the directory, oldest first."""
    command = ["journalctl", "--directory", str(journal.path), "--output", "json", "--no-pager"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [json.loads(line)["MESSAGE"] for line in done.stdout.splitlines()]


def test_a_database_is_empty_and_durable(postgres_cluster: Cluster, postgres_database: Database) -> None:
    """Each test gets a database without tables, on a server that really syncs."""
    query = "select count(*) from information_schema.tables where table_schema = 'public'"
    assert postgres_cluster.query(postgres_database, query) == "0"
    assert postgres_cluster.query(postgres_database, "show fsync") == "on"


def test_a_cluster_survives_a_crash(own_postgres_cluster: Cluster) -> None:
    """What was committed before an immediate stop is there after the restart."""
    database = own_postgres_cluster.create_database()
    own_postgres_cluster.query(database, "create table kept (n int); insert into kept values (7)")
    own_postgres_cluster.stop("immediate")
    own_postgres_cluster.start()
    assert own_postgres_cluster.query(database, "select n from kept") == "7"


def test_mail_is_caught(smtp_catcher: SmtpCatcher) -> None:
    """A message sent over SMTP can be read with its envelope and its text."""
    message = EmailMessage()
    message["Subject"] = "State changed"
    message.set_content("old 1, new 2")
    with smtplib.SMTP(smtp_catcher.host, smtp_catcher.port) as client:
        client.send_message(message, "from@example.com", ["to@example.com"])
    [mail] = smtp_catcher.wait_for(1)
    assert (mail.sender, mail.recipients, mail.text.strip()) == (
        "from@example.com", ("to@example.com",), "old 1, new 2"
    )  # fmt: skip


def test_log_entries_reach_the_syslog_file(syslog_server: SyslogServer) -> None:
    """What logger writes stands in the file with its tag."""
    syslog_server.log("service stopped", tag="app")
    assert " app: service stopped" in syslog_server.messages.read_text()


def test_journal_entries_are_read_back(journal_directory: JournalDirectory) -> None:
    """Entries of several writes come back in their order, line breaks included."""
    journal_directory.write("first", "second", SYSLOG_IDENTIFIER="app")
    journal_directory.write("third\nwith two lines")
    assert journal_messages(journal_directory) == ["first", "second", "third\nwith two lines"]


def test_the_browser_shows_a_page(page: Page) -> None:
    """Chromium renders what it is given."""
    page.set_content("<button>Sign in</button>")
    assert page.get_by_role("button", name="Sign in").is_visible()


def test_no_outgoing_connection_takes_a_free_port() -> None:
    """Found ports lie outside the kernel's own range, and no two processes are given the same one."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    found = find_free_port()
    assert found < lowest
    tried = "from tests.services import network; network.PORTS = range({0}, {0} + 1); network.find_free_port()"
    other = subprocess.run([sys.executable, "-c", tried.format(found)], capture_output=True, text=True, check=False)
    assert f"no port of range({found}, {found + 1}) is free" in other.stderr
