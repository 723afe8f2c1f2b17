"""What a reverse proxy says is believed of the one that was named, and of nobody else."""

from __future__ import annotations

import httpx2
import pytest

from orchestrion.model.access import SYSTEM
from tests.services.web_service import WebService

FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9, 192.0.2.7"}


def sign_in(client: httpx2.Client, service: WebService) -> str:
    """Signs in and gives the cookie as it was set."""
    answer = client.post("/session", json={"user_name": "admin", "password": service.password})
    assert answer.status_code == 200, answer.text
    return answer.headers["set-cookie"]


def audited_origin(service: WebService) -> str:
    """The origin that the newest audit entry names."""
    (entry,) = service.call(service.core.services.operations.audit, SYSTEM, None, 1)
    return str(entry.origin)


def test_a_browser_that_comes_by_tls_to_the_proxy_gets_a_secure_cookie(service: WebService) -> None:
    """It signs in with it, and it is worth nothing where TLS is not used."""
    with service.proxy(**FORWARDED) as client:
        cookie = sign_in(client, service)
        assert cookie.startswith("__Host-orchestrion=")
        assert "; secure" in cookie.lower()
        client.headers["Cookie"] = cookie.partition(";")[0]
        assert client.get("/session").status_code == 200
        client.headers["X-Forwarded-Proto"] = "http"
        assert client.get("/session").status_code == 401


def test_the_audit_names_the_client_that_the_proxy_saw(service: WebService) -> None:
    """Not the proxy, and not what the client claims to have passed on."""
    with service.proxy(**FORWARDED) as client:
        sign_in(client, service)
    assert audited_origin(service) == "192.0.2.7"


def test_nobody_else_is_believed(service: WebService) -> None:
    """From another address the same headers change neither the cookie nor the audit."""
    with service.client(**FORWARDED) as client:
        assert sign_in(client, service).startswith("orchestrion_session=")
    assert audited_origin(service) == "127.0.0.1"


@pytest.mark.parametrize("claimed", ["", "unknown", "x" * 500, "192.0.2.7, nonsense"])
def test_what_is_no_address_leaves_the_proxys_own(service: WebService, claimed: str) -> None:
    """A proxy that passes nonsense on is itself the last that is known."""
    with service.proxy(**{"X-Forwarded-For": claimed}) as client:
        assert sign_in(client, service).startswith("orchestrion_session=")
    assert audited_origin(service) == "127.0.0.2"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("192.0.2.7:5123", "192.0.2.7"),
        ("[2001:db8::7]:5123", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("192.0.2.7, 127.0.0.2", "192.0.2.7"),
        ("127.0.0.2", "127.0.0.2"),
    ],
)
def test_the_client_is_the_last_that_is_no_proxy(service: WebService, forwarded: str, client: str) -> None:
    """With or without port, behind one proxy or a chain of them."""
    with service.proxy(**{"X-Forwarded-For": forwarded}) as proxy:
        sign_in(proxy, service)
    assert audited_origin(service) == client
