"""The three event endpoints: what they refuse beyond the schema, and whom they resolve."""

import json
from typing import Any

import httpx
import pytest

from app.sandbox.state import Sandbox
from tests.unit.sandbox.setting import (
    ATTENTION,
    CONTACT_UTK,
    PERCENT,
    PLAYED,
    STRANGER_UTK,
    attention,
    percent,
    played,
    without,
)


def _fields(response: httpx.Response) -> set[str]:
    assert response.status_code == 400
    body = response.json()
    assert body["status"] == "error"
    assert body["category"] == "VALIDATION_ERROR"
    return {detail["in"] for detail in body["errors"]}


@pytest.mark.parametrize("version", ["v1", "2026-03"])
async def test_a_good_event_is_kept_as_it_came(
    http: httpx.AsyncClient, sandbox: Sandbox, version: str
) -> None:
    """In both versions a good event is answered whole and stands in the ledger unchanged."""
    response = await http.post(PLAYED.replace("v1", version), json=played())
    assert response.status_code == 200
    assert response.json() == {
        "contactId": 7,
        "mediaBridgeId": 42,
        "portalId": sandbox.config.portal_id,
        "providerId": sandbox.config.provider_id,
        "mediaBridgeObjectCoordinates": f"{sandbox.config.portal_id}-2-4242015-42",
        "mediaBridgeObjectTypeId": "2-4242015",
        "mediaName": "Media 42",
        "mediaType": "VIDEO",
        "occurredTimestamp": 1_790_000_000_000,
        "sessionId": "session-1",
        "pageId": 5,
        "pageObjectCoordinates": f"{sandbox.config.portal_id}-0-5-5",
        "state": "STARTED",
    }
    [kept] = sandbox.ledger.events
    assert (kept.event, kept.body, kept.contact_id) == ("media-played", played(), 7)


async def test_attention_is_worked_out_as_the_spec_says(http: httpx.AsyncClient) -> None:
    """Without derived values the share is spans watched over all spans, and spans are in order."""
    spans = {str(span): int(span < 4) for span in reversed(range(12))}
    body = (await http.post(ATTENTION, json=attention(rawDataMap=spans))).json()
    assert body["totalPercentPlayed"] == pytest.approx(4 / 12)
    assert body["percentRange"] == "25-50"
    assert body["rawData"] == "0=1;1=1;2=1;3=1;4=0;5=0;6=0;7=0;8=0;9=0;10=0;11=0;"
    assert "totalSecondsPlayed" not in body


async def test_derived_values_are_taken_from_the_provider(http: httpx.AsyncClient) -> None:
    """A provider's own figures come back as they were sent."""
    derived = {"totalPercentPlayed": 0.4, "totalSecondsPlayed": 37}
    body = (await http.post(ATTENTION, json=attention(derivedValues=derived))).json()
    assert (body["totalPercentPlayed"], body["totalSecondsPlayed"]) == (0.4, 37)


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        pytest.param(PLAYED, without(played(), "contactId"), {"contactId"}, id="no identity"),
        pytest.param(
            PLAYED, without(played(contactUtk=""), "contactId"), {"contactId"}, id="empty identity"
        ),
        pytest.param(PLAYED, without(played(), "mediaBridgeId"), {"mediaBridgeId"}, id="no media"),
        pytest.param(PLAYED, without(played(), "pageId"), {"pageName", "pageUrl"}, id="no page"),
        pytest.param(
            PLAYED, without(played(pageUrl="https://a.example/"), "pageId"), {"pageName"}, id="name"
        ),
        pytest.param(PLAYED, without(played(pageName="A"), "pageId"), {"pageUrl"}, id="url"),
        pytest.param(PLAYED, played() | {"sessionId": ""}, {"sessionId"}, id="session"),
        pytest.param(PLAYED, played() | {"occurredTimestamp": 0}, {"occurredTimestamp"}, id="time"),
        pytest.param(PLAYED, played(surprise=1), {"surprise"}, id="unknown field"),
        pytest.param(PLAYED, played() | {"contactId": "7"}, {"contactId"}, id="string id"),
        pytest.param(PLAYED, played() | {"contactId": None}, {"contactId"}, id="null"),
        pytest.param(PLAYED, played() | {"state": "ENDED"}, {"state"}, id="enum"),
        pytest.param(PERCENT, percent(playedPercent=101), {"playedPercent"}, id="over 100"),
        pytest.param(PERCENT, percent(playedPercent=-1), {"playedPercent"}, id="below 0"),
        pytest.param(ATTENTION, attention(rawDataMap={}), {"rawDataMap"}, id="no spans"),
        pytest.param(ATTENTION, attention(rawDataMap={"a": 1}), {"rawDataMap"}, id="span name"),
        pytest.param(ATTENTION, attention(rawDataMap={"0": -1}), {"rawDataMap"}, id="negative"),
        pytest.param(
            ATTENTION, attention(rawDataString="0=1;"), {"rawDataString"}, id="two stories"
        ),
        pytest.param(
            ATTENTION,
            attention(derivedValues={"totalPercentPlayed": 0.5}),
            {"derivedValues.totalSecondsPlayed"},
            id="one derived value",
        ),
    ],
)
async def test_what_is_wrong_is_refused_by_name(
    http: httpx.AsyncClient, sandbox: Sandbox, path: str, body: dict[str, Any], fields: set[str]
) -> None:
    """A bad event is a 400 VALIDATION_ERROR that names every wrong field, and is not kept."""
    assert _fields(await http.post(path, json=body)) == fields
    assert not sandbox.ledger.events


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b'{"playedPercent": NaN}', id="NaN"),
        pytest.param(json.dumps(percent()).encode()[:-1] + b', "contactId": 8}', id="said twice"),
        pytest.param(b"[" * 100_000, id="too deep"),
        pytest.param(b"1" * 10_000, id="too long a number"),
        pytest.param(rb'{"\ud800": 1}', id="lone surrogate"),
    ],
)
async def test_what_is_no_sound_json_is_a_400(http: httpx.AsyncClient, raw: bytes) -> None:
    """Broken or ambiguous JSON is HubSpot's 400, never a crash."""
    response = await http.post(PERCENT, content=raw, headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    assert response.json()["category"] == "VALIDATION_ERROR"


async def test_only_json_is_read(http: httpx.AsyncClient) -> None:
    """An event sent as anything but application/json is a 415."""
    assert (await http.post(PLAYED, data=played())).status_code == 415


async def test_an_error_says_nothing_of_what_was_sent(http: httpx.AsyncClient) -> None:
    """Personal data in a refused body does not come back in the answer."""
    body = played(contactUtk=17, _hsenc=["secret-value"])
    assert "secret-value" not in (await http.post(PLAYED, json=body)).text


async def test_a_usertoken_becomes_its_contact(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """A usertoken in the account's table is resolved, through a merge too."""
    sandbox.config = sandbox.config.changed({"utks": {"u1": 11, "u2": 12}, "merged": {12: 13}})
    for utk, contact in (("u1", 11), ("u2", 13)):
        body = without(played(contactUtk=utk), "contactId")
        assert (await http.post(PLAYED, json=body)).json()["contactId"] == contact


async def test_the_demo_world_knows_every_second_visitor(http: httpx.AsyncClient) -> None:
    """Without set-up, an even usertoken is always the same contact and an odd one nobody's."""
    even = without(played(contactUtk=CONTACT_UTK), "contactId")
    odd = without(played(contactUtk=STRANGER_UTK), "contactId")
    first, second = [(await http.post(PLAYED, json=even)).json()["contactId"] for _ in range(2)]
    assert first == second > 2**32
    assert _fields(await http.post(PLAYED, json=odd)) == {"contactUtk"}


@pytest.mark.parametrize(
    "identity",
    [
        pytest.param({"contactUtk": STRANGER_UTK}, id="stranger"),
        pytest.param({"contactUtk": "visitor"}, id="known, but no contact"),
        pytest.param({"_hsenc": "forged"}, id="unknown _hsenc"),
    ],
)
async def test_both_answers_to_an_unknown_visitor(
    http: httpx.AsyncClient, sandbox: Sandbox, identity: dict[str, str]
) -> None:
    """An unknown visitor is a 400 naming the field, or a 200 that names no contact; never kept."""
    sandbox.config = sandbox.config.changed({"anonymous": {"visitor": 9}, "hsencs": {}})
    body = without(played(**identity), "contactId")
    assert _fields(await http.post(PLAYED, json=body)) == set(identity)

    sandbox.config = sandbox.config.changed({"unknown_utk": "silent"})
    response = await http.post(PLAYED, json=body)
    assert response.status_code == 200
    assert "contactId" not in response.json()
    assert response.json()["mediaBridgeId"] == 42
    assert not sandbox.ledger.events
    assert sandbox.ledger.silent == 1


async def test_a_contact_that_does_not_exist_is_refused(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """With known contacts, an id outside them is always a 400; a merged one is its successor."""
    sandbox.config = sandbox.config.changed({"contacts": [7], "merged": {6: 7}})
    assert _fields(await http.post(PLAYED, json=played() | {"contactId": 8})) == {"contactId"}
    merged = await http.post(PLAYED, json=played() | {"contactId": 6})
    assert merged.json()["contactId"] == 7

    sandbox.config = sandbox.config.changed({"unknown_utk": "silent"})
    assert _fields(await http.post(PLAYED, json=played() | {"contactId": 8})) == {"contactId"}


async def test_the_first_identity_in_order_decides_alone(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Which of several identities wins is a switch, and the losers can't help the winner."""
    sandbox.config = sandbox.config.changed({"hsencs": {"mail": 21}})
    body = played(contactUtk=STRANGER_UTK, _hsenc="mail")
    winners = []
    for field in ("contactId", "_hsenc"):
        others = {"contactId", "contactUtk", "_hsenc"} - {field}
        sandbox.config = sandbox.config.changed({"identity_order": [field, *others]})
        winners.append((await http.post(PLAYED, json=body)).json()["contactId"])
    assert winners == [7, 21]

    sandbox.config = sandbox.config.changed(
        {"identity_order": ["contactUtk", "_hsenc", "contactId"]}
    )
    assert _fields(await http.post(PLAYED, json=body)) == {"contactUtk"}


async def test_an_hsenc_belongs_to_somebody_unless_said_otherwise(http: httpx.AsyncClient) -> None:
    """Without a table, each `_hsenc` is a contact of its own, the same one every time."""
    bodies = [without(played(_hsenc=each), "contactId") for each in ("a", "b", "a")]
    one, other, again = [(await http.post(PLAYED, json=b)).json()["contactId"] for b in bodies]
    assert one == again != other


async def test_an_external_id_becomes_one_media_object(http: httpx.AsyncClient) -> None:
    """An unknown externalId is created once, under its own name, and found again."""
    bodies = [without(played(externalId=each), "mediaBridgeId") for each in ("a", "b", "a")]
    one, other, again = [(await http.post(PLAYED, json=body)).json() for body in bodies]
    assert one["mediaBridgeId"] == again["mediaBridgeId"] != other["mediaBridgeId"]
    assert one["mediaName"] == "a"


@pytest.mark.parametrize(
    ("reference", "field"),
    [({"externalId": "new"}, "externalId"), ({"mediaBridgeId": 99}, "mediaBridgeId")],
)
async def test_all_answers_to_unknown_media(
    http: httpx.AsyncClient, sandbox: Sandbox, reference: dict[str, Any], field: str
) -> None:
    """Unknown media are created, refused by name, or silently left out; known ones always pass."""
    unknown = without(played(), "mediaBridgeId") | reference
    known = without(played(externalId="old"), "mediaBridgeId")
    sandbox.config = sandbox.config.changed({"media": {"old": 42}})
    assert (await http.post(PLAYED, json=unknown)).json()["mediaBridgeId"]

    sandbox.config = sandbox.config.changed({"unknown_media": "refuse"})
    assert _fields(await http.post(PLAYED, json=unknown)) == {field}
    assert (await http.post(PLAYED, json=played())).json()["mediaBridgeId"] == 42

    sandbox.config = sandbox.config.changed({"unknown_media": "silent"})
    silent = await http.post(PLAYED, json=unknown)
    assert silent.status_code == 200
    assert not {"mediaBridgeId", "mediaBridgeObjectCoordinates"} & silent.json().keys()
    assert (await http.post(PLAYED, json=known)).json()["mediaBridgeId"] == 42
    assert sandbox.ledger.kept == 3
