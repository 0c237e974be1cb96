"""The log of a running relay has JSON, request ids, and no personal data."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.system.cli.process import Server, serving

UTK = "0123456789abcdef0123456789abcdee"
HSENC = "p2ANqtz-a-token-of-a-mail"
PERSONAL = (UTK, HSENC, "jane", "doe@", "Salary negotiations", "signature-of-jane", "4711")
FOREIGN = "https://blog.example.net"
PING = {
    "sessionId": "session-of-jane",
    "externalId": "film",
    "mediaName": "Salary negotiations",
    "occurredTimestamp": 1_790_000_000_000,
    "contactUtk": UTK,
    "_hsenc": HSENC,
    "contactId": 4711,
    "contactSignature": "signature-of-jane",
    "pageUrl": "https://www.example.com/jane?mail=jane.doe@example.com",
    "pageName": "Jane Doe",
    "playedPercent": 60,
}
ARRIVING = 3
"""Of the play's four events one is refused."""


def _log(relay: Server) -> list[Mapping[str, object]]:
    """The log once the relay has ended; what `serve` says to a person stands before it."""
    relay.stop()
    first = next(number for number, line in enumerate(relay.said) if line.startswith("{"))
    return [json.loads(line) for line in relay.said[first:]]


def _refused(relay: Server) -> list[httpx.Response]:
    """One request of each kind that the relay refuses, personal data in all of them."""
    address = f"{relay.address}/v1/progress"
    referer = {"referer": "https://www.example.com/jane", "cookie": f"hubspotutk={UTK}"}
    return [
        httpx.post(address, content=f'{{"contactUtk": "{UTK}', headers=referer),
        httpx.post(address, json=PING | {"playedPercent": "jane"}, headers=referer),
        httpx.post(address, json=PING, headers=referer | {"origin": FOREIGN}),
        httpx.post(address, content=json.dumps(PING) * 200, headers=referer),
        httpx.get(f"{address}?utk={UTK}", headers=referer),
    ]


@pytest.fixture(scope="module")
def logged_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[httpx.Response], list[Mapping[str, object]]]:
    """Refused requests and delivered events, at the most talkative level: answers and log."""
    folder: Path = tmp_path_factory.mktemp("relay")
    with (
        serving("sandbox", "--port", "0", folder=folder) as hubspot,
        serving(
            folder=folder,
            PLAYRELAY_LOG_LEVEL="debug",
            PLAYRELAY_LOG_FORMAT="json",
            PLAYRELAY_HUBSPOT_BASE_URL=hubspot.address,
            PLAYRELAY_HUBSPOT_ACCESS_TOKEN="sandbox-access-token",
            PLAYRELAY_ALLOWED_ORIGINS="https://www.example.com",
            PLAYRELAY_IDENTITY_SECRET="a secret of the site and its server",
        ) as relay,
    ):
        answers = _refused(relay)
        _trouble(hubspot)
        assert httpx.post(f"{relay.address}/v1/progress", json=PING).status_code == 202
        with httpx.Client(base_url=hubspot.address) as sandbox:
            while sandbox.get("/sandbox/state").json()["kept"] < ARRIVING:
                pass  # the suite's own time limit ends this
        return answers, _log(relay)


def _trouble(hubspot: Server) -> None:
    """Let HubSpot fail once and refuse once, with personal data in its words."""
    said = {"message": f"no contact {UTK} of jane.doe@example.com", "category": "VALIDATION_ERROR"}
    events = {"path": "/media-bridge/*", "times": 1, "body": said}
    faults = [events | {"status": 503}, events | {"status": 400}]
    httpx.put(f"{hubspot.address}/sandbox/faults", json=faults).raise_for_status()


def test_every_line_is_json(logged_run: tuple[object, list[Mapping[str, object]]]) -> None:
    """Each line is a JSON object with an event, a level and a time."""
    assert logged_run[1]
    for line in logged_run[1]:
        assert line.keys() >= {"event", "level", "timestamp"}


def test_a_refusal_is_found_by_its_request_id(
    logged_run: tuple[list[httpx.Response], list[Mapping[str, object]]],
) -> None:
    """A refused request's answer names an id by which the log gives the same reason."""
    answers, log = logged_run
    refused = [line for line in log if line["event"] in {"ping_refused", "request_refused"}]
    logged = {line["request"]: line["reason"] for line in refused}
    by_id = {answer.headers["x-request-id"]: answer.json()["reason"] for answer in answers}
    assert by_id == logged
    assert sorted(logged.values(), key=str) == [
        "bad_json",
        "invalid",
        "method_not_allowed",
        "origin_not_allowed",
        "too_large",
    ]
    (foreign,) = (line for line in refused if line["reason"] == "origin_not_allowed")
    assert foreign["origin"] == FOREIGN


def test_hubspots_troubles_are_logged(
    logged_run: tuple[object, list[Mapping[str, object]]],
) -> None:
    """A failing and a refusing HubSpot are logged by reason and category, not in its words."""
    lines = {line["event"]: line for line in logged_run[1]}
    assert lines["hubspot_unavailable"]["reason"] == "unavailable: HTTP 503"
    assert lines["event_rejected"]["category"] == "VALIDATION_ERROR"


def test_no_visitor_is_named(logged_run: tuple[object, list[Mapping[str, object]]]) -> None:
    """Neither refused nor delivered plays leave anything of their visitor in the log."""
    written = json.dumps(logged_run[1]).lower()
    for personal in PERSONAL:
        assert personal.lower() not in written
    assert "sandbox-access-token" not in written
    assert "secret" not in written
