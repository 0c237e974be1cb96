"""`POST /v1/progress` over real HTTP: what is taken, what is refused, and in which words."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.collect.schema import EXAMPLE_BATCH, EXAMPLE_HUBSPOT
from app.domain.ping import MAX_BODY

PATH = "/v1/progress"
SITE = {"origin": "https://www.example.com"}
PLAY: dict[str, Any] = {
    "sessionId": "s-1",
    "mediaType": "VIDEO",
    "externalId": "film",
    "pageUrl": "https://www.example.com/launch",
    "playedPercent": 10,
}


def play(**values: Any) -> dict[str, Any]:
    """A valid play, with some fields otherwise."""
    return {**PLAY, **values}


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem details of an error."""
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert body["instance"] == answer.headers["x-request-id"]
    return body


def accepted_in(answer: httpx.Response) -> int:
    """The number of accepted plays, none rejected; the dates of examples may be too old."""
    body = answer.json()
    assert body["rejected"] == []
    assert {each["field"] for each in body.get("warnings", [])} <= {
        "occurredTimestamp",
        "contactId",
    }
    return int(body["accepted"])


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", None])
@pytest.mark.parametrize("example", [EXAMPLE_BATCH, EXAMPLE_HUBSPOT], ids=["batch", "hubspot"])
def test_documented_examples_are_accepted(
    relay: httpx.Client, example: dict[str, Any], content_type: str | None
) -> None:
    """The tracker's envelope and HubSpot's own event body are valid pings, whatever their type."""
    headers = {"content-type": content_type} if content_type else {}
    answer = relay.post(PATH, content=json.dumps(example), headers=headers)
    assert answer.status_code == 202
    assert accepted_in(answer) == 1


def test_hubspots_whole_published_body_is_a_ping(relay: httpx.Client) -> None:
    """Every field of HubSpot's quartile event may stand in a ping."""
    body = {
        "contactUtk": "0123456789abcdef0123456789abcdef",
        "contactId": 101,
        "_hsenc": "p2ANqtz-x",
        "externalId": "film",
        "externalPlayContext": "EXTERNAL_PAGE",
        "mediaBridgeId": 42,
        "mediaName": "Launch film",
        "mediaType": "VIDEO",
        "mediaUrl": "https://cdn.example.com/launch.mp4",
        "occurredTimestamp": 1790000000000,
        "pageId": 123,
        "pageName": "Launch",
        "pageUrl": "https://www.example.com/launch",
        "playedPercent": 25,
        "sessionId": "s-2",
    }
    assert accepted_in(relay.post(PATH, json=body)) == 1


def test_one_bad_play_leaves_the_others_alone(relay: httpx.Client) -> None:
    """The valid plays of a batch are kept; the others are named by index, reason and field."""
    plays = [play(), play(sessionId=5), "x", play(watched=[[1, 60], [0, 60]]), play(pageUrl=None)]
    answer = relay.post(PATH, json={"plays": plays})
    assert answer.status_code == 202
    body = answer.json()
    assert body["accepted"] == 1
    assert [(fault["index"], fault["reason"]) for fault in body["rejected"]] == [
        (1, "invalid"),
        (2, "invalid"),
        (3, "invalid"),
        (4, "invalid"),
    ]
    assert body["rejected"][0]["detail"].startswith("sessionId:")
    assert body["rejected"][2]["detail"].startswith("watched:")
    assert body["rejected"][3]["detail"].startswith("pageUrl:")


def test_a_play_takes_from_the_envelope_what_it_does_not_say(relay: httpx.Client) -> None:
    """The page may stand in the envelope, once for all plays."""
    plays = [{key: value for key, value in PLAY.items() if key != "pageUrl"}]
    envelope = {"pageUrl": "https://www.example.com/launch", "plays": plays}
    assert relay.post(PATH, json=envelope).json()["accepted"] == 1


def test_the_referer_stands_in_for_the_page(relay: httpx.Client) -> None:
    """A play without a page is taken if the browser says where it was."""
    body = {key: value for key, value in PLAY.items() if key != "pageUrl"}
    headers = {"referer": "https://www.example.com/"}
    assert relay.post(PATH, json=body, headers=headers).status_code == 202
    assert problem(relay.post(PATH, json=body))["detail"].startswith("pageUrl:")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sessionId": None}, "sessionId"),
        ({"sessionId": ""}, "sessionId"),
        ({"sessionId": "x" * 256}, "sessionId"),
        ({"mediaType": 5}, "mediaType"),
        ({"mediaBridgeId": 2**63}, "mediaBridgeId"),
        ({"mediaBridgeId": -1}, "mediaBridgeId"),
        ({"pageId": "abc"}, "pageId"),
        ({"playedPercent": 101}, "playedPercent"),
        ({"playedPercent": -1}, "playedPercent"),
        ({"occurredTimestamp": 1e300}, "occurredTimestamp"),
        ({"watched": [[1]]}, "watched"),
        ({"watched": [[-1, 5]]}, "watched"),
        ({"watched": [[1, 0]]}, "watched"),
        ({"externalPlayContext": 5}, "externalPlayContext"),
        ({"externalId": None}, "externalId"),
        ({"contactUtk": ["x"]}, "contactUtk"),
    ],
)
def test_a_wrong_field_is_named(relay: httpx.Client, change: dict[str, Any], field: str) -> None:
    """The detail of a refused ping names the field at fault."""
    body = problem(relay.post(PATH, json=play(**change)))
    assert (body["status"], body["reason"]) == (422, "invalid")
    assert field in body["detail"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"x"', id="text"),
        pytest.param(b"{'a':1}", id="quotes"),
        pytest.param(b'{"sessionId":"\xff"}', id="utf8"),
        pytest.param(b"[" * 60_000, id="deep"),
        pytest.param(b'{"plays":' * 7_000, id="deep behind a wrong value"),
        pytest.param(b'{"plays":5,nope}', id="broken behind a wrong value"),
    ],
)
def test_what_is_no_json_object_is_bad_json(relay: httpx.Client, body: bytes) -> None:
    """The request is refused with a stable reason and what to send, however odd its body."""
    refused = problem(relay.post(PATH, content=body))
    assert refused["reason"] == "bad_json"
    assert (
        "): send what JSON.stringify" in refused["detail"] or ": send one play" in refused["detail"]
    )


def test_nesting_is_bounded(relay: httpx.Client) -> None:
    """Thirty thousand brackets inside a play neither crash nor hang the relay."""
    body = b'{"plays":[' + b"[" * 30_000 + b"]" * 30_000 + b"]}"
    assert relay.post(PATH, content=body).status_code in {400, 422}


def test_numbers_may_come_as_text(relay: httpx.Client) -> None:
    """Attributes of a page are text: ids and percentages are read all the same."""
    answer = relay.post(PATH, json=play(pageId="123", mediaBridgeId="42", playedPercent="50"))
    assert answer.status_code == 202


def test_unknown_fields_are_ignored(relay: httpx.Client) -> None:
    """A newer script may say more than this relay understands."""
    assert relay.post(PATH, json=play(mood="good", nested={"a": [1]})).status_code == 202


def test_a_play_too_many_is_refused_alone(relay: httpx.Client) -> None:
    """A hundred of 101 plays are kept."""
    page = PLAY["pageUrl"]
    plays = [{"sessionId": str(number), "externalId": "f"} for number in range(101)]
    body = relay.post(PATH, json={"pageUrl": page, "plays": plays}).json()
    assert (body["accepted"], [fault["index"] for fault in body["rejected"]]) == (100, [100])


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_over_the_limit_is_refused(relay: httpx.Client, *, chunked: bool) -> None:
    """64 KiB is the limit, whether the length is announced or found out while reading."""

    def chunks() -> Iterator[bytes]:
        yield json.dumps(PLAY).encode()
        for _ in range(MAX_BODY // 1024):
            yield b" " * 1024

    content = chunks() if chunked else b"".join(chunks())
    assert problem(relay.post(PATH, content=content))["reason"] == "too_large"


def test_a_body_at_the_limit_is_taken(relay: httpx.Client) -> None:
    """The last byte that fits, fits."""
    body = json.dumps(PLAY).encode()
    assert relay.post(PATH, content=body.ljust(MAX_BODY)).status_code == 202


def test_a_foreign_origin_is_refused_unread(relay: httpx.Client) -> None:
    """A page of a site that is not listed can read why: the answer holds nothing of anybody's."""
    headers = {"origin": "https://evil.example"}
    answer = relay.post(PATH, content=b"{", headers=headers)
    assert problem(answer)["reason"] == "origin_not_allowed"
    assert "PLAYRELAY_ALLOWED_ORIGINS" in answer.json()["detail"]
    assert answer.headers["access-control-allow-origin"] == headers["origin"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_listed_origin_may_read_the_answer(relay: httpx.Client) -> None:
    """CORS lets the site in without credentials, on answers and on errors alike."""
    for body in (json.dumps(PLAY), "{"):
        answer = relay.post(PATH, content=body, headers=SITE)
        assert answer.headers["access-control-allow-origin"] == SITE["origin"]
        assert "access-control-allow-credentials" not in answer.headers


def test_a_preflight_is_answered(relay: httpx.Client) -> None:
    """A page that sends application/json may ask first."""
    headers = {**SITE, "access-control-request-method": "POST"}
    answer = relay.options(PATH, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type"
    refused = relay.options(PATH, headers={**headers, "origin": "https://evil.example"})
    assert refused.status_code == 403


def test_other_methods_are_told_what_to_do(relay: httpx.Client) -> None:
    """GET on the endpoint is a 405 that names the methods it takes."""
    answer = relay.get(PATH)
    assert problem(answer)["reason"] == "method_not_allowed"
    assert "POST" in answer.headers["allow"]


def test_the_openapi_document_shows_the_endpoint(relay: httpx.Client) -> None:
    """The OpenAPI document contains the endpoint, although the router does not know it."""
    document = relay.get("/openapi.json").json()
    described = document["paths"][PATH]["post"]
    content = described["requestBody"]["content"]["application/json"]
    assert {"202", "400", "403", "413", "422", "429", "503"} <= described["responses"].keys()
    assert set(content["examples"]) == {"batch", "single"}
    assert "PlayProgress" in document["components"]["schemas"]
