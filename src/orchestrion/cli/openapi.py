"""Printing the API's description."""

from __future__ import annotations

import json

from orchestrion.cli.failures import reports_failures
from orchestrion.cli.options import AsJson
from orchestrion.cli.terminal import terminal


@reports_failures
def openapi(as_json: AsJson = True) -> None:  # noqa: ARG001 - it is always JSON; the flag is there as everywhere
    """Print the API's OpenAPI 3.1 document."""
    from orchestrion.web.app import describe

    terminal().say(json.dumps(describe(), indent=2, ensure_ascii=False))
