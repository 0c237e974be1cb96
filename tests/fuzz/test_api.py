"""Every endpoint of the OpenAPI document, fed with what the document allows and much it forbids."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.system.live.relay import Live, live_relay, settings_for

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENDPOINTS = {
    "/v1/progress": "POST",
    "/console/why": "POST",
    "/api/v1/media": "GET",
    "/api/v1/media/{medium}": "GET",
    "/api/v1/media/{medium}/days": "GET",
    "/api/v1/media/{medium}/retention": "GET",
    "/api/v1/media/{medium}/people": "GET",
    "/api/v1/people": "GET",
    "/api/v1/people/{contact}": "GET",
    "/healthz": "GET",
    "/readyz": "GET",
    "/metrics": "GET",
    "/playrelay.js": "GET",
    "/adapters/{name}": "GET",
    "/builds/{build}/{path}": "GET",
}
"""Path → method."""


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A running relay."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    with live_relay(settings_for(folder)) as live:
        yield live


def test_all_endpoints_are_fuzzed(relay: Live) -> None:
    """An endpoint that is added to the document is added here."""
    assert set(relay.client.get("/openapi.json").json()["paths"]) == ENDPOINTS.keys()


@pytest.mark.parametrize(
    ("path", "mode"),
    [*((path, "positive") for path in ENDPOINTS), ("/v1/progress", "negative")],
)
def test_no_request_breaks_the_relay(relay: Live, path: str, mode: str) -> None:
    """No answer is a 500, and each is one that the document describes."""
    api = schemathesis.openapi.from_url(f"http://127.0.0.1:{relay.port}/openapi.json")
    operation = api[path][ENDPOINTS[path]]
    generation = schemathesis.GenerationMode(mode)

    @given(case=operation.as_strategy(generation_mode=generation))
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    def check(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    check()
    assert relay.client.get("/readyz").status_code == 200
