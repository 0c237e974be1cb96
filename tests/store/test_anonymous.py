"""Plays without any identity: one row each, until a ping brings an identity."""

from typing import Any

import pytest

from app.explain.explanation import explain
from app.store.store import Store
from tests.store.setting import (
    DAY,
    FOLDING,
    MINUTE,
    NOW,
    SETTLE,
    SIGNATURE_OF_7,
    YEAR,
    entries,
    looked_up,
    played,
    values,
)

NOBODY: dict[str, Any] = {"contactUtk": None}


async def test_a_play_of_nobody_costs_no_events(store: Store) -> None:
    """However much of it was watched, and once it has fallen silent."""
    await played(store, playedPercent=100, watched=[[1, 10]], **NOBODY)
    closed = await store.folding.close_quiet(10, FOLDING, NOW + SETTLE)
    assert (closed.plays, closed.events, await entries(store)) == (1, 0, [])
    (history,) = await store.history.of_session("session")
    assert [key for _, _, key in history.play.held] == [
        "media-played:STARTED",
        "media-played-percent:25",
        "media-played-percent:50",
        "media-played:VIEWED",
        "media-played-percent:75",
        "media-played-percent:100",
        "attention-span",
    ]


async def test_its_figures_count(store: Store) -> None:
    """The figures of a medium are the same, whoever watched it."""
    await played(store, playedPercent=60, **NOBODY)
    (medium,) = await store.figures.media("latest", YEAR, 10)
    assert (medium.plays, medium.figures.plays, medium.figures.half) == (1, 1, 1)


@pytest.mark.parametrize(
    ("brought", "status"),
    [
        pytest.param({"contactUtk": "u"}, "waiting", id="a usertoken"),
        pytest.param({"_hsenc": "p2"}, "due", id="the link of a mail"),
        pytest.param({"contactId": 7, "contactSignature": SIGNATURE_OF_7}, "due", id="signed"),
    ],
)
async def test_its_events_are_written_once_somebody_can_be_known(
    store: Store, brought: dict[str, Any], status: Any
) -> None:
    """All that was reached before, in order and with its own times, then what is new; once."""
    await played(store, playedPercent=30, **NOBODY)
    await played(store, NOW + MINUTE, playedPercent=55, **NOBODY)
    for _ in range(2):
        await played(store, NOW + DAY, playedPercent=80, **{**NOBODY, **brought})
    assert [(entry.value, entry.occurred_at) for entry in await entries(store, status)] == [
        ("STARTED", NOW),
        ("25", NOW),
        ("50", NOW + MINUTE),
        ("VIEWED", NOW + MINUTE),
        ("75", NOW + DAY),
    ]
    (history,) = await store.history.of_session("session")
    assert history.play.held == ()


async def test_a_usertoken_is_asked_about_for_what_was_held(store: Store) -> None:
    """Its answer releases the events like any other's."""
    await played(store, **NOBODY)
    await played(store, NOW + MINUTE, contactUtk="u")
    assert await looked_up(store, {"u": 9}, NOW + 2 * MINUTE) == 1
    assert await values(store, "due") == ["session STARTED"]


async def test_why_says_so(store: Store) -> None:
    """The explanation says that the play's visitor has no identity."""
    await played(store, playedPercent=30, **NOBODY)
    (history,) = await store.history.of_session("session")
    verdict = explain(history).verdict
    assert verdict.startswith("2 milestones reached, but not sent: the visitor ")
    assert "has no identity" in verdict
