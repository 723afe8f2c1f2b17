"""Connection poolers before PostgreSQL: those that share sessions are refused at the start (durability.md 8)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from orchestrion.model.errors import UnavailableError
from orchestrion.storage.pooler import refuse_transaction_pooling
from tests.services.network import find_free_port
from tests.services.orchestrion import COMMAND, clean_environment
from tests.services.pgbouncer import bouncer
from tests.services.postgres import Database

pytestmark = pytest.mark.anyio


async def test_postgresql_itself_is_taken(postgres_database: Database) -> None:
    """Nothing stands between."""
    await refuse_transaction_pooling(postgres_database.url)


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_that_shares_sessions_is_refused(postgres_database: Database, mode: str) -> None:
    """With the way out."""
    with bouncer(postgres_database, mode) as url, pytest.raises(UnavailableError, match="pool_mode = session"):
        await refuse_transaction_pooling(url)


async def test_a_pooler_that_keeps_sessions_is_taken(postgres_database: Database) -> None:
    """Its clients have sessions of their own."""
    with bouncer(postgres_database, "session") as url:
        await refuse_transaction_pooling(url)


def test_a_server_says_so_and_does_not_start(postgres_database: Database, tmp_path: Path) -> None:
    """One line, and the exit code for what is not available."""
    with bouncer(postgres_database, "transaction") as url:
        where = ["--database", url, "--data-dir", str(tmp_path), "--port", str(find_free_port())]
        line = [str(COMMAND), "web", *where]
        done = subprocess.run(line, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 5
    assert "pool_mode = session" in done.stderr
