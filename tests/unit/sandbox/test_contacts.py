"""Usertokens to contacts."""

import httpx

from app.sandbox.state import Sandbox
from tests.unit.sandbox.setting import BY_UTK, CONTACT_UTK, PLAYED, STRANGER_UTK, played, without


async def test_the_known_are_keyed_by_token_and_strangers_missing(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """Contacts, merged contacts and visitors who are none are told apart; strangers just lack."""
    sandbox.config = sandbox.config.changed(
        {"utks": {"u1": 11, "u2": 12}, "anonymous": {"u3": 13}, "merged": {12: 11}}
    )
    utks = ["u1", "u2", "u3", STRANGER_UTK, "no token at all"]
    found = (await http.get(BY_UTK, params={"utk": utks})).json()
    portal = {"portal-id": sandbox.config.portal_id, "properties": {}}
    assert found == {
        "u1": portal | {"vid": 11, "canonical-vid": 11, "merged-vids": [], "is-contact": True},
        "u2": portal | {"vid": 12, "canonical-vid": 11, "merged-vids": [12], "is-contact": True},
        "u3": portal | {"vid": 13, "canonical-vid": 13, "merged-vids": [], "is-contact": False},
    }


async def test_a_look_up_and_an_event_agree(http: httpx.AsyncClient) -> None:
    """The contact that a look-up finds is the one that an event with that token goes to."""
    found = (await http.get(BY_UTK, params={"utk": CONTACT_UTK})).json()
    event = await http.post(PLAYED, json=without(played(contactUtk=CONTACT_UTK), "contactId"))
    assert event.json()["contactId"] == found[CONTACT_UTK]["canonical-vid"]


async def test_without_demo_visitors_only_the_table_counts(
    http: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    """With the demo rule off, an even usertoken is a stranger like any other."""
    sandbox.config = sandbox.config.changed({"demo_visitors": False})
    assert (await http.get(BY_UTK, params={"utk": CONTACT_UTK})).json() == {}


async def test_a_hundred_tokens_a_call(http: httpx.AsyncClient) -> None:
    """A hundred tokens are answered; one more, or none, is a 400."""
    answers = [
        await http.get(BY_UTK, params={"utk": [f"u{n}" for n in range(count)]})
        for count in (100, 101, 0)
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 400]


async def test_the_path_ends_with_a_slash(http: httpx.AsyncClient) -> None:
    """The published path is the only one: without its last slash it is a 404, no redirect."""
    response = await http.get(BY_UTK.rstrip("/"), params={"utk": CONTACT_UTK})
    assert response.status_code == 404


async def test_an_unknown_parameter_is_refused(http: httpx.AsyncClient) -> None:
    """A parameter that the endpoint does not have is a 400 that names it."""
    response = await http.get(BY_UTK, params={"utk": CONTACT_UTK, "utks": "u"})
    assert response.status_code == 400
    assert [detail["in"] for detail in response.json()["errors"]] == ["utks"]


async def test_nobody_known_may_be_a_404(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """An empty object or 404, as the account is told to; as soon as one is known, no 404."""
    sandbox.config = sandbox.config.changed({"unknown_batch": "not_found"})
    nobody = await http.get(BY_UTK, params={"utk": STRANGER_UTK})
    assert (nobody.status_code, nobody.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    somebody = await http.get(BY_UTK, params={"utk": [STRANGER_UTK, CONTACT_UTK]})
    assert (somebody.status_code, list(somebody.json())) == (200, [CONTACT_UTK])


async def test_ids_may_be_text(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """A success and a look-up write their ids as decimal text where the account is told to."""
    sandbox.config = sandbox.config.changed({"ids": "text"})
    kept = (await http.post(PLAYED, json=played())).json()
    assert (kept["contactId"], kept["mediaBridgeId"]) == ("7", "42")
    found = (await http.get(BY_UTK, params={"utk": CONTACT_UTK})).json()
    assert found[CONTACT_UTK]["vid"].isdecimal()


async def test_an_account_may_refuse_everything(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    """Events and look-ups alike get a 403 that names neither scope nor token."""
    sandbox.config = sandbox.config.changed({"refuses_all": "FORBIDDEN"})
    for answer in (
        await http.post(PLAYED, json=played()),
        await http.get(BY_UTK, params={"utk": CONTACT_UTK}),
    ):
        assert (answer.status_code, answer.json()["category"]) == (403, "FORBIDDEN")
    assert sandbox.ledger.kept == 0
