"""The API against its own description, with generated requests."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from orchestrion.web.app import describe
from tests.services.web_service import WebService

# The stream of live updates never ends, and signing out or changing the password would end the test's own session.
_LEFT_OUT = ["live", "sign_out", "change_password"]
schema = schemathesis.openapi.from_dict(describe()).exclude(operation_id=_LEFT_OUT)


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_description(service: WebService, case: Any) -> None:
    """Whatever is sent, the answer is no server error, and has a documented shape."""
    headers = {"Authorization": f"Bearer {service.token}"}
    checks = [not_a_server_error, content_type_conformance, response_schema_conformance]
    case.call_and_validate(base_url=service.url, headers=headers, checks=checks)
