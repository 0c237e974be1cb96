"""Which plays are accepted when strangers have filled the store: those of known visitors."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.collect.admission import LEAST_FREE_BYTES, MOST_UNPROVEN, Admission
from app.collect.problem import Refusal
from app.domain.ping_parser import parse
from app.domain.signature import sign
from app.store.records import StoreUsage
from app.telemetry.metrics import Metrics
from tests.processes.waiting import until
from tests.store.engines import ENGINES
from tests.store.setting import DAY, NOW, looked_up, played
from tests.system.collect.test_progress import PATH, PLAY
from tests.system.live.relay import live_relay, settings_for

LIMIT = 1_000_000
FREE = 2 * LEAST_FREE_BYTES
UTK, HSENC = b'"contactUtk":"0123456789abcdef0123456789abcdef"', b'"_hsenc":"p2ANqtz-1"'
SIGNED = b'"contactId":7,"contactSignature":"1.a"'
CONTACT, STRANGER = "c" * 32, "d" * 32
SECRET = "correct horse battery staple and more"
NOTHING = b'"contactUtk":"undefined"'


@pytest.mark.parametrize(
    ("size", "free", "unproven", "asks", "refused"),
    [
        pytest.param(LIMIT - 1, FREE, 0, True, [], id="room"),
        pytest.param(LIMIT, FREE, 0, True, [NOTHING], id="full"),
        pytest.param(0, LEAST_FREE_BYTES - 1, 0, True, [NOTHING], id="the disk is full"),
        pytest.param(0, None, 0, True, [], id="a disk of another machine"),
        pytest.param(0, FREE, MOST_UNPROVEN, True, [NOTHING, HSENC], id="a flood of mails"),
        pytest.param(0, FREE, MOST_UNPROVEN, False, [], id="where none is proven before"),
    ],
)
async def test_whose_plays_are_refused(
    size: int, free: int | None, unproven: int, *, asks: bool, refused: list[bytes]
) -> None:
    """Those that nobody can be known by when the store is full; never a known visitor's."""

    async def measure(most: int) -> StoreUsage:
        return StoreUsage(size, min(unproven, most))

    admission = Admission(LIMIT, measure, lambda: free, nobody, Metrics(), asks=asks)
    await admission.check()
    found, reasons = [], set()
    for brought in (NOTHING, HSENC, SIGNED, UTK):
        body = b'{"sessionId":"s","mediaBridgeId":1,"pageId":1,"playedPercent":1,%b}' % brought
        try:
            admission.require_space(parse(body, None))
        except Refusal as refusal:
            found.append(brought)
            reasons.add((refusal.reason, refusal.retry_after > 0))
    assert found == refused
    assert reasons <= {("store_full", True)}


async def nobody(_: list[str]) -> set[str]:
    """No usertoken is a contact's."""
    return set()


@pytest.mark.parametrize(
    ("size", "free", "beyond"),
    [
        pytest.param(LIMIT, FREE, False, id="at the limit"),
        pytest.param(LIMIT * 5 // 4, FREE, True, id="a quarter above it"),
        pytest.param(0, LEAST_FREE_BYTES - 1, False, id="little space on the disk"),
        pytest.param(0, 0, False, id="none, where the store itself is small"),
    ],
)
async def test_where_the_second_mark_is(size: int, free: int, *, beyond: bool) -> None:
    """The second limit is above the first, for visitors who are yet to be looked up."""

    async def measure(_: int) -> StoreUsage:
        return StoreUsage(size, 0)

    admission = Admission(LIMIT, measure, lambda: free, nobody, Metrics(), asks=True)
    await admission.check()
    assert (admission.is_full, admission.is_beyond) == (True, beyond)


@pytest.mark.parametrize("engine", ENGINES)
async def test_invented_usertokens_beyond_the_second_mark(engine: str, tmp_path: Path) -> None:
    """Only a contact's plays are taken, and no request that brings others along."""
    async with ENGINES[engine](tmp_path).open() as store:
        for utk in (CONTACT, STRANGER):
            await played(store, contactUtk=utk, sessionId=utk)
        await looked_up(store, {CONTACT: 7, STRANGER: None}, NOW + DAY)
        known = store.maintenance.known_visitors
        admission = Admission(
            LIMIT, store.maintenance.usage, lambda: None, known, Metrics(), asks=True
        )

        async def is_taken(*utks: str | None) -> bool:
            bodies = [json.dumps({**PLAY, "contactUtk": utk}).encode() for utk in utks]
            plays = [parse(body, None).plays[0] for body in bodies]
            try:
                await admission.require_known(plays)
            except Refusal as refusal:
                return refusal.reason != "store_full"
            return True

        assert await is_taken(CONTACT)
        assert await is_taken()  # what is signed is not looked up
        for refused in ([STRANGER], ["e" * 32], [None], [CONTACT, "e" * 32]):
            assert not await is_taken(*refused)


def test_a_relay_beyond_the_second_mark(tmp_path: Path) -> None:
    """Signed plays are accepted, and plays that anybody could have invented are refused."""
    settings = settings_for(
        tmp_path,
        role="collect",
        hubspot_access_token="t",
        allowed_origins="*",
        store_limit_mb=1,
        identity_secret=SECRET,
    )
    invented: dict[str, Any] = {**PLAY, "contactUtk": "0123456789abcdef0123456789abcdef"}
    expires = int(time.time()) + 3600
    signature = sign(7, SECRET, expires=expires)
    signed = {**invented, "contactId": 7, "contactSignature": signature}
    with live_relay(settings) as live:
        for _ in range(100):
            filling = {**signed, "mediaName": "x" * 16_000}
            assert live.client.post(PATH, json=filling).status_code == 202
        until("it is full", lambda: live.client.post(PATH, json=invented).status_code == 503)
        assert live.client.post(PATH, json=invented).json()["reason"] == "store_full"
        assert live.client.post(PATH, json=signed).status_code == 202


def test_a_relay_whose_store_is_full(tmp_path: Path) -> None:
    """Plays without any identity are refused and counted; known visitors' are still accepted."""
    settings = settings_for(
        tmp_path, role="collect", hubspot_access_token="t", allowed_origins="*", store_limit_mb=2
    )
    known: dict[str, Any] = {**PLAY, "contactUtk": "0123456789abcdef0123456789abcdef"}
    nobody = {name: value for name, value in PLAY.items() if name != "contactUtk"}
    with live_relay(settings) as live:
        assert live.client.post(PATH, json=nobody).status_code == 202
        for _ in range(130):  # between the two marks
            filling = {**known, "mediaName": "x" * 15_000}
            assert live.client.post(PATH, json=filling).status_code == 202
        until("it is full", lambda: live.client.post(PATH, json=nobody).status_code == 503)
        answer = live.client.post(PATH, json=nobody)
        assert (answer.json()["reason"], int(answer.headers["retry-after"])) == ("store_full", 300)
        assert live.client.post(PATH, json=known).status_code == 202
        metrics = live.client.get("/metrics").text
    assert 'playrelay_pings_total{outcome="store_full"}' in metrics
    assert "playrelay_store_limit_bytes 2.097152e+06" in metrics
