"""What is taken when strangers have filled what may be filled: known visitors' plays, as before."""

from pathlib import Path
from typing import Any

import pytest

from app.collect.admission import LEAST_FREE_BYTES, MOST_UNPROVEN, Admission
from app.collect.problem import Refusal
from app.domain.ping import parse
from app.store.records import StoreUsage
from app.telemetry.metrics import Metrics
from tests.collect.test_progress import PATH, PLAY
from tests.live.relay import live_relay, settings_for
from tests.processes.waiting import until

LIMIT = 1_000_000
FREE = 2 * LEAST_FREE_BYTES
UTK, HSENC = b'"contactUtk":"0123456789abcdef0123456789abcdef"', b'"_hsenc":"p2ANqtz-1"'
SIGNED = b'"contactId":7,"contactSignature":"1.a"'
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

    admission = Admission(LIMIT, measure, lambda: free, Metrics(), asks=asks)
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


def test_a_relay_whose_store_is_full(tmp_path: Path) -> None:
    """It says so to plays of nobody, counts them, and keeps taking those of known visitors."""
    settings = settings_for(
        tmp_path, role="collect", hubspot_access_token="t", allowed_origins="*", store_limit_mb=1
    )
    known: dict[str, Any] = {**PLAY, "contactUtk": "0123456789abcdef0123456789abcdef"}
    nobody = {name: value for name, value in PLAY.items() if name != "contactUtk"}
    with live_relay(settings) as live:
        assert live.client.post(PATH, json=nobody).status_code == 202
        for _ in range(80):
            filling = {**known, "mediaName": "x" * 16_000}
            assert live.client.post(PATH, json=filling).status_code == 202
        until("it is full", lambda: live.client.post(PATH, json=nobody).status_code == 503)
        answer = live.client.post(PATH, json=nobody)
        assert (answer.json()["reason"], int(answer.headers["retry-after"])) == ("store_full", 300)
        assert live.client.post(PATH, json=known).status_code == 202
        metrics = live.client.get("/metrics").text
    assert 'playrelay_pings_total{outcome="store_full"}' in metrics
    assert "playrelay_store_limit_bytes 1.048576e+06" in metrics
