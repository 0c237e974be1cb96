"""One answer a second, whoever asks: `/readyz` commits to disk, and anybody may ask it."""

import asyncio
from pathlib import Path

from app.web.shared import SharedAnswer
from tests.system.live.relay import live_relay, settings_for


async def test_an_answer_is_shared_for_a_second() -> None:
    """Those who ask meanwhile get the same; afterwards it is asked anew."""
    now, asked = 1000.2, []
    answer: SharedAnswer[int] = SharedAnswer(lambda: now)

    async def ask() -> int:
        asked.append(now)
        await asyncio.sleep(0)
        return len(asked)

    assert await asyncio.gather(*(answer.get(ask) for _ in range(50))) == [1] * 50
    now = 1000.9
    assert await answer.get(ask) == 1
    now = 1001.0
    assert await answer.get(ask) == 2
    assert asked == [1000.2, 1001.0]


async def test_who_gives_up_takes_the_answer_from_nobody() -> None:
    """A client that leaves ends its own waiting alone."""
    go = asyncio.Event()
    answer: SharedAnswer[bool] = SharedAnswer(lambda: 1.0)
    first, second = (asyncio.ensure_future(answer.get(go.wait)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await second


def test_readiness_is_such_an_answer(tmp_path: Path) -> None:
    """Many requests at once are all answered."""
    with live_relay(settings_for(tmp_path)) as live:
        assert {live.client.get("/readyz").status_code for _ in range(50)} == {200}
