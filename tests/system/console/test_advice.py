"""Advice follows from the state of the relay: what is wrong, and what to do."""

from collections.abc import Sequence

import msgspec
import pytest

from app.collect.activity import Activity, OriginActivity
from app.console.pages.embed import FRESH_MS, diagnose
from app.domain.outcome import STATUSES, Status
from app.explain.advice import SLOW_MS, Advice, advise
from app.explain.pauses import PAUSES
from app.store.console_records import AlertChannel
from app.store.event_reports import Depths, MediumRefusal, Rest
from app.store.reports import Day

NOW = 1_790_000_000_000
CALM = Depths(
    inbox=0,
    inbox_age=0,
    outbox=dict.fromkeys(STATUSES, 0),
    due_age=0,
    strangers=0,
    quarantined=0,
    paused_until=0,
    pause_reason="",
    quota_used=0,
    requests_today=1000,
    errors_today=1,
)
BUSY = Day(NOW // 86_400_000, pings=5)


def depths(rejected: int = 0, **changed: object) -> Depths:
    """A calm one, but for what is given."""
    outbox: dict[Status, int] = {**CALM.outbox, "rejected": rejected}
    return msgspec.structs.replace(CALM, outbox=outbox, **changed)


def advice_on(
    stand: Depths,
    today: Day = BUSY,
    refused: Sequence[MediumRefusal] = (),
    *,
    collects: bool = False,
) -> list[Advice]:
    """The advice for this state."""
    return advise(stand, refused, today, NOW, collects=collects)


def test_all_is_well() -> None:
    """A good word, and no other."""
    assert [each.level for each in advice_on(depths())] == ["good"]


def test_a_day_without_pings_points_to_the_snippet() -> None:
    """The advice points to the snippet, because silence may mean that no page has the script."""
    (only,) = advice_on(depths(), Day(BUSY.day))
    assert (only.level, only.path) == ("wait", "/console/embed")


@pytest.mark.parametrize("reason", PAUSES)
def test_each_pause_says_what_to_do(reason: str) -> None:
    """Advice on a pause names the remedy, and how long the pause lasts."""
    (only,) = advice_on(depths(paused_until=NOW + 120_000, pause_reason=f"{reason}: detail"))
    assert only.level == PAUSES[reason][0]
    assert "for another 2 minutes (detail)" in only.says
    assert only.do


def test_a_destination_that_rests_alone_is_named() -> None:
    """The advice names the paused destination and the remedy, as for a pause of the account."""
    rest = Rest("custom-events", NOW + 120_000, "missing_scope")
    (only,) = advice_on(depths(resting=(rest,), due_age=SLOW_MS + 1))
    assert only.level == "bad"
    assert "Sending to custom-events is paused for another 2 minutes" in only.says
    assert only.path == "/console/connect"


def test_a_pause_that_is_over_is_none() -> None:
    """Its reason stays in the store for a while."""
    assert advice_on(depths(paused_until=NOW, pause_reason="bad_token"))[0].level == "good"


def test_the_gravest_comes_first() -> None:
    """The most serious advice comes first, whatever else there is."""
    found = advice_on(depths(rejected=3, inbox_age=SLOW_MS + 1, quarantined=2, due_age=SLOW_MS + 1))
    assert [each.level for each in found] == ["bad", "bad", "wait", "wait"]
    assert "3 events" in found[-1].says


def test_a_process_that_only_collects_says_who_sends() -> None:
    """A process that only collects names the process that must send the waiting events."""
    (only,) = advice_on(depths(due_age=SLOW_MS + 1), collects=True)
    assert "role deliver" in only.do


def test_media_that_hubspot_refuses_are_told() -> None:
    """The advice names the remedy, and the page on which the media are marked."""
    (only,) = advice_on(depths(), refused=[MediumRefusal("/film", 1, NOW, "no such media")])
    assert (only.level, only.path) == ("wait", "/console/media")
    assert only.says == "HubSpot refuses 1 medium: externalId film (no such media)."
    assert "playrelay media register" in only.do


@pytest.mark.parametrize(
    ("requests", "errors", "said"), [(1000, 41, True), (1000, 40, False), (100, 50, False)]
)
def test_errors_near_what_hubspot_allows(requests: int, errors: int, *, said: bool) -> None:
    """Advice on errors is given from 4 % of a day's requests on, if these are enough."""
    found = advice_on(depths(requests_today=requests, errors_today=errors))
    assert ("ended in an error" in found[0].says) is said


SITE = "https://www.example.com"


def check(seen: Activity, *, allowed: bool = True) -> list[Advice]:
    """The advice for the site."""
    return list(diagnose(SITE, seen, NOW, allowed=allowed, where="the sites file"))


@pytest.mark.parametrize(
    ("seen", "level", "says"),
    [
        (Activity(), "wait", "has loaded the script since"),
        (Activity(script_at=NOW - 5_000), "wait", "loaded the script 5 seconds ago"),
        (Activity(taken_at=NOW, taken=7), "good", "Pings arrive: 7"),
        (Activity(taken_at=NOW - FRESH_MS, taken=7), "wait", "Pings arrive"),
        (Activity(1, 2, 1, NOW, "invalid", "duration: too long"), "bad", "refused"),
        (Activity(1, NOW, 1, 2, "invalid", "duration"), "good", "Pings arrive"),
    ],
)
def test_the_step_at_which_pings_are_lost(seen: Activity, level: str, says: str) -> None:
    """The latest activity of the site decides."""
    (only,) = check(seen)
    assert only.level == level
    assert says in only.says


def test_a_site_that_is_not_allowed_is_named() -> None:
    """The advice names the place to which the site must be added."""
    first, *_ = check(Activity(refused_at=NOW, reason="origin_not_allowed"), allowed=False)
    assert (first.level, first.do) == (
        "bad",
        f"Add {SITE} to the sites file and restart.",
    )


def test_activity_is_bounded() -> None:
    """The oldest entries are dropped, and names that are too long are not kept."""
    now = iter(range(1, 10_000))
    activity = OriginActivity(lambda: next(now))
    for number in range(1_001):
        activity.refused(f"https://{number}.example".encode(), "invalid", "x")
    activity.taken(b"x" * 5_000)
    activity.taken(None)
    assert len(activity.origins()) == 1_000
    assert activity.of("https://0.example") == Activity()
    assert activity.of("https://1000.example").refused_at == 1_001
    assert not any(origin.startswith("x") for origin in activity.origins())


def test_strange_origins_take_no_places_of_those_that_may_send() -> None:
    """However many are invented, what a site's own origin did stays known, and stands first."""
    activity = OriginActivity(lambda: 7)
    activity.allows = lambda origin: origin == b"https://www.example.com"
    activity.taken(b"https://www.example.com")
    for number in range(1_001):
        activity.refused(f"https://{number}.example".encode(), "origin_not_allowed", "")
    assert activity.of("https://www.example.com").taken == 1
    assert activity.origins()[0] == "https://www.example.com"
    assert len(activity.origins()) == 1_001


def test_what_leaves_the_relay_repeats_no_words_of_others() -> None:
    """Alerts repeat neither HubSpot's words nor ids of media; each piece of advice has a key."""
    said = "contact 4711 (c-1)"
    rests = (Rest("custom-events", NOW + 120_000, f"missing_scope: {said}"),)
    found = advice_on(
        depths(
            *(3,),
            paused_until=NOW + 120_000,
            pause_reason=f"bad_token: {said}",
            resting=rests,
            inbox_age=SLOW_MS + 1,
            quarantined=2,
        ),
        refused=[MediumRefusal("/ada@example.com", 1, NOW, said)],
    )
    leaves = " ".join(f"{each.brief or each.says} {each.do}" for each in found)
    assert said in " ".join(each.says for each in found)
    assert "4711" not in leaves
    assert "ada@" not in leaves
    keys = [each.key for each in found]
    assert all(keys)
    assert len(set(keys)) == len(keys) == 6


def test_messages_that_do_not_arrive_are_said() -> None:
    """Failing channels are reported beside other advice; a working one is not mentioned."""
    failing = AlertChannel("webhook", NOW, "404 Not Found", 2)
    working = AlertChannel("mail", NOW, "", 0)
    (only,) = advise(depths(), [], BUSY, NOW, collects=False, channels=[failing, working])
    assert only.level == "wait"
    assert only.says == (
        "The last message by webhook was not accepted: 404 Not Found. 2 messages wait."
    )
