"""Looking up the contacts of usertokens."""

import asyncio

import pytest
from pydantic import SecretStr

from app.deliver.delays import DAY, HOUR, MINUTE
from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.exchange import Exchange
from app.hubspot.tokens import StaticToken
from app.store.store import Store
from tests.store.setting import NOW, SECOND, values, with_policy
from tests.system.deliver.harness import IDLE, Harness
from tests.unit.hubspot.server import Seen, response, serving


async def ask_all(asking: Harness) -> None:
    """Ask until no token is due; the store lets a new token wait a moment for others."""
    asking.clock.now += SECOND
    lookup = asking.lookup()
    while not await lookup.step():
        pass


async def visitors(asking: Harness, *utks: str) -> None:
    """Each plays something."""
    await asyncio.gather(*(asking.arrive(sessionId=utk, contactUtk=utk) for utk in utks))


async def statuses(store: Store) -> dict[str, str]:
    """Each visitor's event."""
    return {entry.play.session_id: entry.status for entry in await store.admin.events(None, 1000)}


async def test_contacts_and_strangers(asking: Harness) -> None:
    """A contact's events are released and the senders called; all others wait."""
    asking.world(
        demo_visitors=False, utks={"contact": 9, "merged": 8}, merged={8: 9}, anonymous={"seen": 5}
    )
    await visitors(asking, "contact", "merged", "seen", "stranger")
    event = asking.due.next_event()
    await ask_all(asking)
    assert event.is_set()
    assert await statuses(asking.store) == {
        "contact": "due",
        "merged": "due",
        "seen": "waiting",
        "stranger": "waiting",
    }
    await asking.send_all()
    assert [kept.contact_id for kept in asking.sandbox.ledger.events] == [9, 9]
    assert asking.counted("contact_lookups", answer="contact") == 2
    assert asking.counted("contact_lookups", answer="stranger") == 2


async def test_many_are_asked_about_at_once(asking: Harness) -> None:
    """Two hundred and fifty visitors cost three requests."""
    await visitors(asking, *(f"v{number}" for number in range(250)))
    await ask_all(asking)
    assert asking.requests == [("batch", 200)] * 3
    assert (await asking.store.admin.depths(asking.clock.now)).quota_used == 3


async def test_one_visitor_is_asked_about_once(asking: Harness) -> None:
    """Ten plays of one visitor are one question."""
    for number in range(10):
        await asking.arrive(sessionId=f"s{number}")
    await ask_all(asking)
    await ask_all(asking)
    assert asking.requests == [("batch", 200)]


async def test_strangers_are_asked_about_ever_less(asking: Harness) -> None:
    """Strangers are looked up at growing intervals, until they are contacts, or given up."""
    asking.world(demo_visitors=False)
    await visitors(asking, "stranger")
    await ask_all(asking)
    for interval in (10 * MINUTE, DAY, 6 * DAY):
        asking.clock.now += interval - 1
        await asking.maintenance().step()
        assert await asking.lookup().step() > 0
        asking.clock.now += 1 + interval // 4  # no other is due, so it waits for others
        assert await asking.lookup().step() == 0
    assert len(asking.requests) == 4
    asking.clock.now = NOW + 30 * DAY - 6 * HOUR
    await asking.maintenance().step()
    asking.clock.now += 2 * HOUR  # together with others, if there are any
    await ask_all(asking)
    assert len(asking.requests) == 5, "once more, when the time is nearly up"
    asking.clock.now += 30 * DAY
    for _ in range(2):  # the events are given up, then no event waits for an answer
        await asking.maintenance().step()
    await ask_all(asking)
    assert len(asking.requests) == 5
    assert await statuses(asking.store) == {"stranger": "unattributed"}
    assert asking.counted("unattributed_events") == 1


async def test_a_stranger_who_becomes_a_contact(asking: Harness) -> None:
    """All that was played before the form was filled in is sent, with its own times."""
    asking.world(demo_visitors=False)
    began = asking.clock.now
    await asking.arrive(contactUtk="visitor", playedPercent=30)
    await ask_all(asking)
    asking.clock.now += 2 * DAY
    await asking.arrive(contactUtk="visitor", sessionId="later")
    asking.world(utks={"visitor": 9})
    await ask_all(asking)
    await asking.send_all()
    times = {
        name: body["occurredTimestamp"]
        for name, body in zip(asking.sent, asking.bodies, strict=True)
    }
    assert times == {
        "session STARTED": began,
        "session 25": began,
        "later STARTED": began + 2 * DAY + SECOND,
    }


async def test_no_token_to_ask_about(asking: Harness) -> None:
    """An idle look-up rests, and not beyond the next question."""
    assert await asking.lookup().step() == IDLE.deliver
    await visitors(asking, "visitor")
    assert await asking.lookup().step() == 1.0
    assert asking.requests == []


@pytest.mark.parametrize(
    ("fault", "rest"),
    [
        pytest.param({"status": 503}, 0, id="503"),
        pytest.param({"status": 200, "body": "<html>"}, 0, id="captive portal"),
        pytest.param({"status": 200, "body": {"status": "ok"}}, 0, id="a page in JSON"),
        pytest.param({"status": 404, "body": "<html>"}, 0, id="a wall"),
        pytest.param({"status": 405, "body": {"message": "no"}}, 0, id="a gateway"),
        pytest.param({"status": 401}, 5 * MINUTE, id="401"),
        pytest.param({"status": 403}, 5 * MINUTE, id="403"),
        pytest.param({"status": 429, "retry_after": 2}, 3_500, id="429"),
    ],
)
async def test_trouble_makes_no_strangers(
    asking: Harness, fault: dict[str, object], rest: int
) -> None:
    """Without an answer nobody is taken for a stranger; the question is asked again."""
    await visitors(asking, "a" * 32)
    asking.clock.now += SECOND
    asking.faults(fault | {"times": 1})
    assert await asking.lookup().step() == 0
    assert [e.reason for e in await asking.store.admin.events("waiting", 9)] == ["lookup"]
    asking.clock.now += rest
    assert await asking.lookup().step() == 0
    assert [status for _, status in asking.requests][1:] == [200]
    assert set((await statuses(asking.store)).values()) == {"due"}


async def test_one_token_that_spoils_the_request_is_found(asking: Harness) -> None:
    """A refusal halves the request until the token that HubSpot refuses is alone in it."""
    await visitors(asking, *(f"v{number:02}" for number in range(64)))
    asking.clock.now += SECOND

    async def picky(seen: Seen, writer: asyncio.StreamWriter) -> None:
        utks = [value for name, value in seen.query if name == "utk"]
        found = {utk: {"vid": 9, "is-contact": True} for utk in utks}
        refused = {"status": "error", "category": "VALIDATION_ERROR"}
        writer.write(response(400, refused) if "v37" in utks else response(200, found))

    async with serving(picky) as server, make_http() as http:
        token = StaticToken(SecretStr("token"))
        asking.client = HubSpotClient(Exchange(http, server.url, asking.clock), token)
        lookup = asking.lookup()
        while not await lookup.step():
            pass
    assert await values(asking.store, "waiting") == ["v37 STARTED"]
    assert asking.counted("contact_lookups", answer="refused") == 1
    assert asking.counted("contact_lookups", answer="contact") == 63
    assert len(server.seen) <= 2 * 6 + 1, "halving 64 takes two questions for each of six times"


async def test_a_404_means_that_nobody_is_known(asking: Harness) -> None:
    """A look-up of strangers that HubSpot answers with an error costs one error for all of them."""
    await visitors(asking, *(f"{number:032x}" for number in range(60)))
    asking.clock.now += SECOND
    asking.faults({"status": 404, "category": "OBJECT_NOT_FOUND"})
    await ask_all(asking)
    assert asking.requests == [("batch", 404)]
    assert asking.counted("contact_lookups", answer="stranger") == 60
    assert (await asking.store.admin.depths(asking.clock.now)).errors_today == 1


@pytest.mark.parametrize("form", ["not_found", "gone", "page"])
async def test_a_lookup_that_has_ended(asking: Harness, form: str) -> None:
    """Only look-ups rest, ever longer up to an hour; nothing is lost, no contact is a stranger."""
    asking.world(lookup=form)
    await visitors(asking, *(f"{number:031x}0" for number in range(3)))
    asking.clock.now += SECOND
    lookup = asking.lookup()
    asked = [len(asking.requests)]
    for _ in range(9):
        while not await lookup.step():
            pass
        asked.append(len(asking.requests))
        asking.clock.now += HOUR // 2
    assert asked == [0, 1, 2, 3, 4, 5, 6, 6, 7, 7], "every half hour, then every hour"
    assert asking.counted("contact_lookups", answer="gone") == 7
    assert asking.runtime.account.signs.gone == {"contacts"}
    assert [e.reason for e in await asking.store.admin.events("waiting", 9)] == ["lookup"] * 3
    await asking.arrive(sessionId="mailed", contactUtk=None, _hsenc="recipient")
    await asking.send_all()
    assert asking.sent == ["mailed STARTED"], "what needs no look-up is sent meanwhile"
    asking.world(lookup="served")
    asking.clock.now += HOUR
    while not await lookup.step():
        pass
    await asking.send_all()
    assert len(asking.sent) == 4
    assert not asking.runtime.account.signs.gone


async def test_passthrough_takes_over_from_a_lookup_that_has_ended(asking: Harness) -> None:
    """Once the operator chooses it, what waited for a look-up is sent with its usertoken."""
    asking.world(lookup="gone")
    await visitors(asking, *(f"{number:031x}0" for number in range(3)))
    await ask_all(asking)
    asking.store = with_policy(asking.store, identity="passthrough")
    await asking.maintenance().step()
    await asking.send_all()
    assert [body["contactUtk"] for body in asking.bodies] == [f"{n:031x}0" for n in range(3)]


async def test_halving_ends_with_the_days_errors(asking: Harness) -> None:
    """If HubSpot refuses every look-up, few errors are spent on finding out why."""
    await visitors(asking, *(f"{number:031x}0" for number in range(100)))
    asking.clock.now += SECOND
    asking.faults({"status": 400})
    lookup = asking.lookup()
    while not await lookup.step():
        pass
    spent = len(asking.requests)
    assert asking.quota.error_floor <= spent <= asking.quota.error_floor + 3
    asking.clock.now += DAY
    asking.faults()
    await ask_all(asking)
    assert len(await values(asking.store, "waiting")) <= spent, "asked for tomorrow, and found"
