"""Faults on demand, through HTTP as another process asks for them."""

from typing import Any

import httpx
import pytest

from app.sandbox.faults import Fault
from app.sandbox.ledger import Seen
from app.sandbox.state import Sandbox
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import ATTENTION, PERCENT, PLAYED, Clock, attention, percent, played


async def _ask_for(http: httpx.AsyncClient, *faults: dict[str, Any]) -> None:
    assert (await http.put("/sandbox/faults", json=list(faults))).status_code == 200


async def test_a_fault_strikes_as_often_as_asked(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """`every` n-th fitting request is struck, `times` times in all, and the others are served."""
    await _ask_for(http, {"path": "*/media-played", "status": 503, "every": 2, "times": 2})
    answers = []
    for _ in range(7):
        answers.append((await http.post(PLAYED, json=played())).status_code)
        assert (await http.post(PERCENT, json=percent())).status_code == 200
    assert answers == [200, 503, 200, 503, 200, 200, 200]
    assert sum(kept.event == "media-played" for kept in sandbox.ledger.events) == 5


async def test_the_first_rule_whose_turn_it_is_decides(http: httpx.AsyncClient) -> None:
    """Rules stand in order; one that has struck its last makes room for the next."""
    await _ask_for(http, {"status": 500, "times": 1}, {"status": 502, "times": 1})
    answers = [(await http.post(PLAYED, json=played())).status_code for _ in range(3)]
    assert answers == [500, 502, 200]


async def test_a_fault_answers_what_it_was_given(http: httpx.AsyncClient) -> None:
    """Body and Retry-After come as asked: text as it stands, anything else as JSON."""
    page = "<html>Bad gateway</html>"
    await _ask_for(
        http,
        {"status": 502, "body": page, "retry_after": 7, "times": 1},
        {"status": 200, "body": {"contactId": None}, "times": 1},
    )
    first, second = [await http.post(PLAYED, json=played()) for _ in range(2)]
    assert (first.status_code, first.text, first.headers["Retry-After"]) == (502, page, "7")
    assert (second.status_code, second.json()) == (200, {"contactId": None})


@pytest.mark.parametrize(
    ("fault", "status", "field", "value"),
    [
        ({"status": 401}, 401, "category", "INVALID_AUTHENTICATION"),
        ({"expired_token": True}, 401, "category", "EXPIRED_AUTHENTICATION"),
        ({"status": 403}, 403, "category", "MISSING_SCOPES"),
        ({"status": 429}, 429, "errorType", "RATE_LIMIT"),
        ({"status": 404}, 404, "category", "VALIDATION_ERROR"),
        ({"status": 500}, 500, "category", "INTERNAL_ERROR"),
    ],
)
async def test_without_a_body_the_fault_is_hubspots_own(
    http: httpx.AsyncClient, fault: dict[str, Any], status: int, field: str, value: str
) -> None:
    """A status alone is answered with the body that HubSpot gives with that status."""
    await _ask_for(http, fault)
    response = await http.post(PLAYED, json=played())
    assert (response.status_code, response.json()[field]) == (status, value)


async def test_latency_waits_and_then_serves(
    http: httpx.AsyncClient, sandbox: Sandbox, clock: Clock
) -> None:
    """A rule with latency alone delays the answer and changes nothing about it."""
    await _ask_for(http, {"latency_ms": 400})
    assert (await http.post(PLAYED, json=played())).status_code == 200
    assert clock.slept == [0.4]
    assert sandbox.ledger.kept == 1


async def test_faults_are_cleared_and_counted_anew(http: httpx.AsyncClient) -> None:
    """Deleting the rules ends them, and the same rules put again begin from their first turn."""
    rule = {"status": 503, "times": 1}
    for _ in range(2):
        await _ask_for(http, rule)
        assert (await http.post(PLAYED, json=played())).status_code == 503
    await _ask_for(http, rule)
    assert (await http.delete("/sandbox/faults")).status_code == 204
    assert (await http.post(PLAYED, json=played())).status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"surprise": 1},
        {"drop": "sideways"},
        {"drop": True, "status": 500},
        {"status": 500, "expired_token": True},
        {"body": "text"},
        {"retry_after": 1},
        {"status": 99},
        {"every": 0},
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, rule: dict[str, Any]
) -> None:
    """A wrong rule is a 422 and leaves the rules as they were."""
    await _ask_for(http, {"status": 503})
    assert (await http.put("/sandbox/faults", json=[rule])).status_code == 422
    assert (await http.post(PLAYED, json=played())).status_code == 503


async def test_a_server_that_cannot_cut_refuses_to_pretend(http: httpx.AsyncClient) -> None:
    """Without a server that can cut connections, a rule that drops is a 501 that says so."""
    response = await http.put("/sandbox/faults", json=[{"drop": True}])
    assert response.status_code == 501
    assert "DroppableProtocol" in response.json()["message"]


CUT = (httpx.RemoteProtocolError, httpx.ReadError)
"""What a client makes of a connection that ends without an answer, or is reset."""


@pytest.mark.parametrize(
    ("rule", "kept"), [({"drop": "before"}, 0), ({"drop": True}, 0), ({"drop": "after"}, 1)]
)
def test_a_drop_cuts_the_connection_without_an_answer(
    live: LiveSandbox, sandbox: Sandbox, rule: dict[str, Any], kept: int
) -> None:
    """The client gets not one byte; `before` nothing was kept, `after` the event was."""
    with httpx.Client(base_url=live.url, headers=_authorized(sandbox)) as http:
        http.put("/sandbox/faults", json=[{"path": "*/attention-span", **rule}])
        # The second time on a connection that had been kept alive by an answer.
        assert http.post(PLAYED, json=played()).status_code == 200
        with pytest.raises(CUT):
            http.post(ATTENTION, json=attention())
        attentions = [e for e in http.get("/sandbox/events").json() if e["event"] != "media-played"]
        assert len(attentions) == kept
    assert [seen.status for seen in sandbox.ledger.requests] == [200, None]


def test_a_drop_is_quiet(
    live: LiveSandbox, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Cut connections leave no line in the server's log."""
    sandbox.faults.replace([Fault(drop="before", times=1), Fault(drop="after", times=1)])
    with (
        caplog.at_level("INFO"),
        httpx.Client(base_url=live.url, headers=_authorized(sandbox)) as http,
    ):
        for _ in range(2):
            with pytest.raises(CUT):
                http.post(PLAYED, json=played())
        assert http.post(PLAYED, json=played()).status_code == 200
    served = [record for record in caplog.records if record.name.startswith("uvicorn")]
    # The one line of the one request that was answered shows that lines would have been seen.
    assert [record.name for record in served if record.name != "uvicorn.error"] == [
        "uvicorn.access"
    ]
    assert not [record for record in served if record.levelname in {"WARNING", "ERROR"}]


async def test_a_request_is_recorded_without_its_secrets(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """The record of a request has neither its query nor a token that stands in its path."""
    await http.get("/oauth/v1/access-tokens/CJSP5qf1KhICAQEYs-gDIIGOBii1hQIyGQ?utk=u")
    [seen] = sandbox.ledger.requests
    assert seen == Seen(1_790_000_000_000, "GET", "/oauth/v1/access-tokens/…", 404)


def _authorized(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.config.credentials.access_token}"}


async def test_a_wall_answers_with_whatever_it_likes(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Any status, page and headers in HubSpot's place, redirects included; nothing is kept."""
    wall = {
        "status": 302,
        "body": "<html>sign in</html>",
        "headers": {"Location": "https://a.test"},
    }
    date = "Thu, 01 Oct 2026 12:00:00 GMT"
    await http.put("/sandbox/faults", json=[wall | {"retry_after": date}])
    answer = await http.post(PLAYED, json=played())
    assert (answer.status_code, answer.text) == (302, "<html>sign in</html>")
    assert answer.headers["content-type"].startswith("text/html")
    assert (answer.headers["location"], answer.headers["retry-after"]) == ("https://a.test", date)
    assert sandbox.ledger.kept == 0


async def test_a_refusal_names_the_category_that_is_asked_for(http: httpx.AsyncClient) -> None:
    """A 403 that names neither scope nor token, in HubSpot's own envelope."""
    await http.put("/sandbox/faults", json=[{"status": 403, "category": "FORBIDDEN"}])
    body = (await http.post(PLAYED, json=played())).json()
    assert (body["status"], body["category"]) == ("error", "FORBIDDEN")
    assert body["correlationId"]
    assert "scope" not in body["message"]


@pytest.mark.parametrize(
    "rule",
    [
        {"category": "FORBIDDEN"},
        {"headers": {"Server": "wall"}},
        {"status": 200, "category": "FORBIDDEN"},
        {"status": 403, "category": "FORBIDDEN", "body": "<html>"},
        {"status": 403, "category": "not one"},
    ],
)
async def test_a_rule_that_means_nothing_is_refused(
    http: httpx.AsyncClient, rule: dict[str, Any]
) -> None:
    """A rule is refused if its fields need an answer that it lacks, or contradict each other."""
    assert (await http.put("/sandbox/faults", json=[rule])).status_code == 422
