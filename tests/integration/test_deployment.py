"""What lies below `deploy`, read by the programs that it is for: systemd's own, and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services.network import LOOPBACK
from tests.services.orchestrion import COMMAND, clean_environment
from tests.services.postgres import SUPERUSER, Cluster, Database
from tests.unit.deployment.files import DEPLOY, UNITS

PASSWORD = "it's a \\p@ss/w\"rd% $HOME"  # what some quoting gets wrong
MOST_EXPOSED = "20"  # of 100, as `systemd-analyze security` counts


def ran(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself, with its output in one piece."""
    return subprocess.run(
        list(map(str, command)), env={**clean_environment(), **variables}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False,
    )  # fmt: skip


def verified(unit: Path, folder: Path, *more: str) -> str:
    """What systemd has to say about a unit whose command is the one that is installed here."""
    copy = folder / unit.name
    lines = [*unit.read_text().splitlines(), *more]
    copy.write_text("\n".join(lines).replace("/opt/orchestrion/current/bin/orchestrion", str(COMMAND)) + "\n")
    return ran("systemd-analyze", "verify", "--man=no", copy).stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_has_nothing_against_a_unit(unit: Path, tmp_path: Path) -> None:
    """No unknown setting, no value that is none; a mistake would be found."""
    assert verified(unit, tmp_path) == ""
    assert "NoSuchSetting" in verified(unit, tmp_path, "[Service]", "NoSuchSetting=yes")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_exposes_little(unit: Path) -> None:
    """By the count of systemd, which takes 100 for a service without any limits."""
    done = ran("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", "--no-pager", unit)
    assert done.returncode == 0, done.stdout


def test_users_and_folders_are_made_as_described(tmp_path: Path) -> None:
    """Two users who cannot sign in, and a folder for secrets that is root's alone."""
    if os.geteuid() != 0:
        pytest.skip("folders of other users need root")
    (tmp_path / "etc").mkdir()
    made = [
        ran("systemd-sysusers", f"--root={tmp_path}", DEPLOY / "sysusers" / "orchestrion.conf"),
        ran("systemd-tmpfiles", f"--root={tmp_path}", "--create", DEPLOY / "tmpfiles" / "orchestrion.conf"),
    ]
    assert [each.stdout for each in made if each.returncode != 0] == []
    users = {line.split(":")[0]: line.split(":")[-1] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert users == {"orchestrion": "/usr/sbin/nologin", "orchestrion-web": "/usr/sbin/nologin"}
    assert (tmp_path / "etc/orchestrion/credentials").stat().st_mode & 0o777 == 0o700


@pytest.fixture
def strict_cluster(own_postgres_cluster: Cluster) -> Cluster:
    """A cluster that asks everybody but the superuser for a password."""
    rules = f"host all {SUPERUSER} {LOOPBACK}/32 trust\nhost all all {LOOPBACK}/32 scram-sha-256\n"
    (own_postgres_cluster.data / "pg_hba.conf").write_text(rules)
    own_postgres_cluster.query(Database(own_postgres_cluster.port, "postgres"), "SELECT pg_reload_conf()")
    return own_postgres_cluster


def prepared(cluster: Cluster, password: Path) -> subprocess.CompletedProcess[str]:
    """What the script says that makes database and user."""
    where = {"PGHOST": LOOPBACK, "PGPORT": str(cluster.port), "ORCHESTRION_DATABASE_PASSWORD_FILE": str(password)}
    return ran("sh", DEPLOY / "postgres" / "create-database.sh", **where)


def test_the_database_belongs_to_a_user_without_rights(strict_cluster: Cluster, tmp_path: Path) -> None:
    """The product migrates it with the password in the file; nobody gets in without."""
    assert shutil.which("psql")
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    done = prepared(strict_cluster, password)
    assert (done.returncode, done.stdout) == (0, "")
    address = f"postgresql://orchestrion@{LOOPBACK}:{strict_cluster.port}/orchestrion"
    migrated = ran(COMMAND, "db", "migrate", "--database", address, ORCHESTRION_DATABASE_PASSWORD_FILE=str(password))
    assert "current" in migrated.stdout
    assert "password" in ran(COMMAND, "db", "check", "--database", address).stdout
    rights = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
    made = Database(strict_cluster.port, "orchestrion")
    assert strict_cluster.query(made, f"{rights} WHERE rolname = 'orchestrion'") == "f|f|f|f|f"
    assert PASSWORD[:8] not in strict_cluster.log


def test_a_missing_password_makes_no_user(strict_cluster: Cluster, tmp_path: Path) -> None:
    """An empty one would let nobody in, or everybody."""
    (tmp_path / "password").touch()
    done = prepared(strict_cluster, tmp_path / "password")
    assert done.returncode == 1
    assert "no password" in done.stdout
    names = strict_cluster.query(Database(strict_cluster.port, "postgres"), "SELECT rolname FROM pg_roles")
    assert "orchestrion" not in names.split()
