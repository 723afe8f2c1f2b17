"""What a reverse proxy says about the client it stands before: believed of the proxies that were named, and no others.

A proxy must set `X-Forwarded-Proto` itself and append the client to `X-Forwarded-For`, and pass on `Host` as it came.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address


class ForwardedHeaders:
    """ASGI middleware that gives requests of trusted proxies the scheme and the address of the client."""

    def __init__(self, app: ASGIApp, proxies: Iterable[str]) -> None:
        """`proxies` are addresses or networks; raises ValueError for what is neither."""
        self._app = app
        self._networks = [ip_network(each) for each in proxies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, as from the client where a trusted proxy sent it."""
        peer = _address(scope["client"][0]) if scope.get("client") else None
        if scope["type"] == "http" and self._trusts(peer):
            headers = Headers(scope=scope)
            scope = {**scope, "client": (str(self._client(headers, peer)), 0), "scheme": _scheme(headers, scope)}
        await self._app(scope, receive, send)

    def _trusts(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)

    def _client(self, headers: Headers, peer: Address | None) -> Address | None:
        """The last address that no trusted proxy has: what stands before it is only what the client claims."""
        found = peer
        for text in reversed(",".join(headers.getlist("x-forwarded-for")).split(",")):
            address = _address(text.strip())
            if address is None:
                break
            found = address
            if not self._trusts(address):
                break
        return found


def _scheme(headers: Headers, scope: Scope) -> str:
    said = headers.getlist("x-forwarded-proto")[-1:]
    return said[0] if said and said[0] in ("http", "https") else str(scope["scheme"])


def _address(text: str) -> Address | None:
    """The address, which some proxies write with a port; None for anything else."""
    try:
        return ip_address(text)
    except ValueError:
        pass
    try:
        return ip_address(urlsplit(f"//{text}").hostname or "")
    except ValueError:
        return None
