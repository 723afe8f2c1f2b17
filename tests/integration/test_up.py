"""`orchestrion up` as a process: its first start, later starts, what it refuses, and how it ends."""

from __future__ import annotations

import json
import re
import ssl
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.services.network import LOOPBACK, find_free_port
from tests.services.orchestrion import COMMAND, OrchestrionProcess, clean_environment
from tests.services.runbooks import HELLO

Start = Callable[..., OrchestrionProcess]


def refused(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """A command that is expected to end by itself."""
    line = [str(COMMAND), *(str(word) for word in words)]
    return subprocess.run(line, env=clean_environment(), capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A folder with one sample."""
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "hello.yaml").write_text(HELLO)
    return folder


def test_the_first_start_prepares_everything(start_orchestrion: Start, samples: Path) -> None:
    """One ready line, one password, a key and a token for the owner alone, and the samples."""
    process = start_orchestrion("--samples", str(samples))
    output = process.process.output
    assert len(re.findall(r"^Orchestrion is ready at http://127\.0\.0\.1:\d+$", output, re.MULTILINE)) == 1
    assert len(re.findall(r"One-time password", output)) == 1
    for name in ("master.key", "client.json", "orchestrion.db", "orchestrion.db-wal"):
        assert stat.S_IMODE((process.data_dir / name).stat().st_mode) == 0o600
    done = refused(
        "runbook", "run", "Samples/Hello", "-p", "word=x", "--wait", "--json", "--data-dir", process.data_dir
    )
    assert json.loads(done.stdout)["returned_data"] == [{"said": "hello x"}]


def test_a_later_start_keeps_everything(start_orchestrion: Start, samples: Path) -> None:
    """No new password, the same token, and a deleted sample stays deleted."""
    process = start_orchestrion("--samples", str(samples))
    before = (process.data_dir / "client.json").read_text()
    token = json.loads(before)["token"]
    api = f"{process.address}/api/v1"
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        [sample] = client.get(f"{api}/runbooks").json()["items"]
        client.delete(f"{api}/runbooks/{sample['id']}").raise_for_status()
        assert process.stop() == 0
        process.start()
        assert client.get(f"{api}/runbooks").json()["items"] == []
    assert (process.data_dir / "client.json").read_text() == before
    assert "One-time password" not in process.process.output


def test_a_second_process_on_the_data_folder_is_refused(orchestrion: OrchestrionProcess) -> None:
    """It names the first one and the way out."""
    done = refused("up", "--data-dir", orchestrion.data_dir, "--port", str(find_free_port()))
    assert done.returncode == 5
    assert str(orchestrion.process.pid) in done.stderr
    assert "--data-dir" in done.stderr


def test_a_busy_port_is_named_before_anything_is_made(orchestrion: OrchestrionProcess, tmp_path: Path) -> None:
    """With the way out; no database and no key are left behind."""
    done = refused("up", "--data-dir", tmp_path / "other", "--port", str(orchestrion.port))
    assert done.returncode == 5
    assert f"Port {orchestrion.port} on 127.0.0.1 is in use" in done.stderr
    assert "--port" in done.stderr
    assert not (tmp_path / "other" / "master.key").exists()


def test_a_lost_key_is_told_and_not_replaced(orchestrion: OrchestrionProcess) -> None:
    """A new key would make the sealed values worthless."""
    orchestrion.stop()
    (orchestrion.data_dir / "master.key").unlink()
    done = refused("up", "--data-dir", orchestrion.data_dir, "--port", str(orchestrion.port))
    assert done.returncode == 5
    assert "master key" in done.stderr
    assert not (orchestrion.data_dir / "master.key").exists()


def test_an_open_stream_does_not_delay_the_stop(orchestrion: OrchestrionProcess) -> None:
    """SIGTERM ends the process in order while a browser watches."""
    token = json.loads((orchestrion.data_dir / "client.json").read_text())["token"]
    headers = {"Authorization": f"Bearer {token}"}
    live = f"{orchestrion.address}/api/v1/live"
    with httpx2.Client(headers=headers, trust_env=False) as client, client.stream("GET", live) as stream:
        assert next(stream.iter_lines()) == ": connected"
        assert orchestrion.stop() == 0


def test_with_a_certificate_it_speaks_tls(start_orchestrion: Start, certificate: tuple[Path, Path]) -> None:
    """The cookie is then sent no other way, and the command line trusts the server's certificate."""
    cert, key = certificate
    process = start_orchestrion("--tls-cert", str(cert), "--tls-key", str(key))
    assert process.address.startswith("https://127.0.0.1:")
    assert new_cookie(process, verify=ssl.create_default_context(cafile=cert)).startswith("__Host-orchestrion=")
    done = refused("server", "list", "--json", "--data-dir", process.data_dir)
    assert json.loads(done.stdout)[0]["status"] == "online", done.stderr


def test_behind_a_trusted_proxy_with_tls_the_cookie_is_secure(start_orchestrion: Start) -> None:
    """The flag names who is believed."""
    process = start_orchestrion("--trusted-proxy", LOOPBACK)
    cookie = new_cookie(process, headers={"X-Forwarded-Proto": "https"})
    assert cookie.startswith("__Host-orchestrion=")
    assert "secure" in cookie.lower()


def new_cookie(process: OrchestrionProcess, **client: Any) -> str:
    """The cookie of a first sign-in, by a client made like this."""
    password = re.findall(r"One-time password.*: (\S+)$", process.process.output, re.MULTILINE)[0]
    with httpx2.Client(trust_env=False, **client) as browser:
        credentials = {"user_name": "admin", "password": password}
        return browser.post(f"{process.address}/api/v1/session", json=credentials).headers["set-cookie"]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for the loopback, and its key."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subject = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{LOOPBACK},DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key
