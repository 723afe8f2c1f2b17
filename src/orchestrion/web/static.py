"""The built front end: read once at the start, served from memory, every unknown page its start page.

Files are looked up by their exact path in what was found at the start, so no path can lead out of the folder.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrion.web.problems import plain_problem

INDEX = "/index.html"
_IMMUTABLE = "public, max-age=31536000, immutable"
_HASHED = re.compile(r"^/assets/.+-[\w-]{8,}\.\w+$")  # as Vite names what it builds
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
_MIN_GZIP = 1000  # bytes; below, the headers cost more than is won
_MISSING = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Orchestrion</title></head>
<body><h1>Orchestrion</h1><p>The front end is not built. In a checkout, run <code>make web</code> and start again.</p>
<p>The API answers at <code>/api/v1</code>.</p></body></html>"""


def find_front_end() -> Path | None:
    """The folder of the built front end: in the installed package, else in the checkout; None when not built."""
    package = Path(str(files("orchestrion.web") / "static_files"))
    checkout = Path(__file__).parents[3] / "frontend" / "dist"
    return next((folder for folder in (package, checkout) if (folder / "index.html").is_file()), None)


@dataclass(frozen=True)
class StaticFile:
    """One file with all that an answer needs."""

    content: bytes
    media_type: str
    cache: str

    @cached_property
    def etag(self) -> str:
        """Changes with the content."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @cached_property
    def zipped(self) -> bytes | None:
        """The content compressed, where that pays."""
        if len(self.content) < _MIN_GZIP or not self.media_type.startswith(_COMPRESSIBLE):
            return None
        return gzip.compress(self.content, 9, mtime=0)

    def respond(self, headers: Headers) -> Response:
        """The answer to a request with these headers."""
        answer = {"Cache-Control": self.cache, "ETag": self.etag, "Vary": "Accept-Encoding"}
        if self.etag in headers.get("if-none-match", ""):
            return Response(status_code=304, headers=answer)
        if self.zipped is not None and "gzip" in headers.get("accept-encoding", ""):
            return Response(self.zipped, headers=answer | {"Content-Encoding": "gzip"}, media_type=self.media_type)
        return Response(self.content, headers=answer, media_type=self.media_type)


class FrontEnd:
    """ASGI middleware that serves the front end, and passes on what is below `/api`."""

    def __init__(self, app: ASGIApp, files: dict[str, StaticFile]) -> None:
        self._app = app
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a file or the start page."""
        if scope["type"] != "http" or scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        await self._respond(scope)(scope, receive, send)

    def _respond(self, scope: Scope) -> Response:
        path = scope["path"]
        if scope["method"] not in {"GET", "HEAD"}:
            return plain_problem(405, "Pages can only be read.", "method-not-allowed", {"Allow": "GET, HEAD"})
        found = self._files.get(path)
        if found is None and is_page(path):
            found = self._files.get(INDEX)
            if found is None:
                return HTMLResponse(_MISSING, 503)
        if found is None:
            return plain_problem(404, "There is no such page.", "not-found")
        return found.respond(Headers(scope=scope))


def is_page(path: str) -> bool:
    """Whether a path may be one of the front end's pages: no file, no way up, and no misspelt path of the API."""
    parts = path.split("/")
    return "." not in parts[-1] and ".." not in parts and not path.lower().lstrip("/").startswith("api")


def load(folder: Path | None) -> dict[str, StaticFile]:
    """Every file of the built front end by its path in URLs; none without a folder."""
    if folder is None:
        return {}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {f"/{path.relative_to(folder).as_posix()}": _read(path, folder) for path in paths}


def policy(index: StaticFile | None) -> str:
    """The Content-Security-Policy: scripts only from here, and those inside the start page by their hash.

    Styles may stand inside pages, because the component library, the canvas and the editor place things by style.
    """
    hashes = " ".join(f"'sha256-{each}'" for each in _script_hashes(index))
    return (
        f"default-src 'none'; script-src 'self' {hashes}".rstrip() + "; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _script_hashes(index: StaticFile | None) -> Iterable[str]:
    for script in _INLINE_SCRIPT.findall(index.content.decode() if index else ""):
        yield base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _read(path: Path, folder: Path) -> StaticFile:
    url = f"/{path.relative_to(folder).as_posix()}"
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type == "text/javascript":
        media_type = "text/javascript; charset=utf-8"
    return StaticFile(path.read_bytes(), media_type, _IMMUTABLE if _HASHED.match(url) else "no-cache")
