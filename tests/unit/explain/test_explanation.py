"""The explanation of a play: each ending has its sentence, and no token is ever shown."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from app.domain.destination import Destination
from app.domain.identity import Identity, Unknown
from app.domain.media import Medium
from app.domain.page import Page
from app.domain.play import Play
from app.explain.explanation import explain
from app.store.event_reports import LookupRecord, OutboxEntry, PlayHistory

NOW = 1_790_000_000_000
UTK, HSENC = "0123456789abcdef0123456789abcdef", "p2ANqtz-a-token"
PLAY = Play(
    session_id="s-1",
    medium=Medium(type="VIDEO", bridge_id=42, name="Launch film"),
    page=(0, NOW, Page(url="https://www.example.com/launch", name="Launch")),
    started_at=NOW,
    percent=60,
    utk=(NOW, UTK),
    hsenc=(NOW, HSENC),
)
STRANGER = Unknown("stranger")


def event(status: str, value: str = "25", reason: str = "", **answer: Any) -> OutboxEntry:
    """An event of the play."""
    return OutboxEntry(
        id=7,
        status=status,  # type: ignore[arg-type] # as the store has it
        event="media-played-percent",
        value=value,
        occurred_at=NOW + 1000,
        created_at=NOW + 1000,
        due_at=0,
        attempts=1,
        reason=reason,
        answer=answer,
        play=PLAY,
    )


def played(*events: OutboxEntry, play: Play = PLAY, **changes: Any) -> PlayHistory:
    """The play's history so far."""
    known = {
        "pings": 3,
        "received_at": NOW + 9000,
        "settles_at": None,
        "lookup": None,
        "mail_owner": None,
        "identity": Identity("usertoken", contact_id=9),
    }
    return PlayHistory(play=play, events=list(events), **(known | changes))


@pytest.mark.parametrize(
    ("played_so_far", "verdict"),
    [
        pytest.param(
            played(event("delivered", contact_id=9, rung="usertoken"), event("due", "50")),
            "1 of 2 events on contact 9; 1 event due: about to be sent",
            id="delivered and due",
        ),
        pytest.param(
            played(event("rejected", reason="refused", message="no such media")),
            "1 event rejected by HubSpot (no such media): fix the cause, then playrelay outbox "
            "requeue 7",
            id="rejected",
        ),
        pytest.param(
            played(event("rejected", reason="medium_refused", message="no such media")),
            "1 event rejected without being sent, because HubSpot refused the medium shortly "
            "before (no such media): fix the cause, then playrelay outbox requeue 7",
            id="rejected unasked",
        ),
        pytest.param(
            played(event("waiting", reason="stranger"), identity=STRANGER),
            "1 event waiting: HubSpot knows no contact with the visitor's usertoken (yet)",
            id="stranger",
        ),
        pytest.param(
            played(
                event("waiting", reason="stranger"),
                identity=STRANGER,
                lookup=LookupRecord(2, NOW, None, NOW + 600_000),
            ),
            "1 event waiting: HubSpot knows no contact with the visitor's usertoken (yet); the "
            "next look-up is by 2026-09-21 14:23:20 UTC",
            id="asked again",
        ),
        pytest.param(
            played(event("waiting", reason="stranger"), identity=STRANGER, mail_owner="another"),
            "1 event waiting: HubSpot knows no contact with the visitor's usertoken (yet); the "
            "email's link is not used, because it arrived with another visitor before (emails get "
            "forwarded)",
            id="forwarded",
        ),
        pytest.param(
            played(
                event("waiting", reason="anonymous"),
                identity=Unknown("anonymous"),
                mail_owner="another",
            ),
            "1 event waiting: the visitor has no other identity: no hubspotutk "
            "cookie (no consent, or no HubSpot tracking code on the page), no signed contactId; "
            "the email's link is not used, because it arrived with another visitor before "
            "(emails get forwarded)",
            id="forwarded, and no cookie",
        ),
        pytest.param(
            played(event("waiting", reason="error_guard")),
            "1 event waiting: postponed until tomorrow: HubSpot may not know the visitor, and "
            "today's errors have reached HubSpot's limit",
            id="guarded",
        ),
        pytest.param(played(event("sending")), "1 event being sent to HubSpot", id="sending"),
        pytest.param(
            played(event("unattributed"), event("unattributed")),
            "2 events given up: the visitor did not become a contact in time",
            id="given up",
        ),
        pytest.param(
            played(event("discarded")),
            "1 event discarded by an operator",
            id="discarded",
        ),
        pytest.param(
            played(),
            "it has not reached an event yet (see PLAYRELAY_EVENTS and PLAYRELAY_MILESTONES)",
            id="nothing yet",
        ),
        pytest.param(
            played(play=Play("s", PLAY.medium, PLAY.page, NOW, handed_on=frozenset({"x"}))),
            "all its events are finished and no longer kept",
            id="pruned",
        ),
    ],
)
def test_every_ending_has_its_sentence(played_so_far: PlayHistory, verdict: str) -> None:
    """The verdict says what happened to the play, and what a person can do about it."""
    assert explain(played_so_far).verdict == verdict


def test_an_account_at_rest_is_named() -> None:
    """Nothing is wrong with an event that is due while the account is paused."""
    explained = explain(played(event("due")), {"media-bridge": "bad_token"})
    assert explained.verdict == "1 event due: sending is paused (bad_token)"


@pytest.mark.parametrize(
    ("short_of", "held", "verdict"),
    [
        (
            "25 %",
            ((NOW, 0, "media-played:STARTED"),),
            (
                "1 milestone reached, held back because less than 25 % was watched "
                "(PLAYRELAY_LEAST_PERCENT); sent once more is watched"
            ),
        ),
        (
            "10 s",
            (),
            (
                "nothing is sent: held back because less than 10 s was watched "
                "(PLAYRELAY_LEAST_SECONDS); sent once more is watched"
            ),
        ),
    ],
)
def test_a_play_below_the_least_attention_says_which_bound(
    short_of: str, held: Any, verdict: str
) -> None:
    """Why nothing of it is sent, and by which setting."""
    known = msgspec.structs.replace(PLAY, short_of=short_of, held=held)
    assert explain(played(play=known)).verdict == verdict


CUSTOM: Destination = "custom-events"


def elsewhere(*args: Any, **kwargs: Any) -> OutboxEntry:
    """An event of the play, as a custom event."""
    return replace(event(*args, **kwargs), destination=CUSTOM)


@pytest.mark.parametrize(
    ("events", "verdict"),
    [
        pytest.param(
            (event("delivered", contact_id=9), elsewhere("delivered", contact_id=9)),
            "1 of 1 event on contact 9; custom-events: 1 of 1 event on contact 9",
            id="both",
        ),
        pytest.param(
            (event("delivered", contact_id=9), elsewhere("rejected", message="no such event")),
            "1 of 1 event on contact 9; custom-events: 1 event rejected by HubSpot (no such "
            "event): fix the cause, then playrelay outbox requeue 7",
            id="one rejected",
        ),
        pytest.param(
            (elsewhere("delivered", rung="passthrough"),),
            "custom-events: 1 of 1 event accepted, without naming a contact",
            id="on nobody that it names",
        ),
        pytest.param(
            (elsewhere("discarded", reason="destination_off"),),
            "custom-events: 1 event discarded because its destination was turned off",
            id="turned off",
        ),
    ],
)
def test_each_destination_has_its_own_verdict(events: Any, verdict: str) -> None:
    """The Media Bridge's first, and each says where it is about."""
    assert explain(played(*events)).verdict == verdict


def test_a_mails_link_explains_what_waits_elsewhere() -> None:
    """Custom events have no use for it."""
    mail = Identity("mail", hsenc=HSENC)
    verdict = explain(played(elsewhere("waiting", reason="anonymous"), identity=mail)).verdict
    assert "custom events don't accept an email's link" in verdict


def test_a_destination_at_rest_is_named() -> None:
    """The events for the other destination are about to be sent."""
    explained = explain(played(event("due"), elsewhere("due")), {CUSTOM: "missing_scope"})
    assert explained.verdict == (
        "1 event due: about to be sent; custom-events: 1 event due: sending is paused "
        "(missing_scope)"
    )


def test_the_steps_are_in_order() -> None:
    """The steps are sorted by time: the beginning, the pings, the look-up and each event."""
    explained = explain(
        played(
            event("delivered", contact_id=9, rung="usertoken"),
            event("rejected", "50", message="no such media", correlation_id="c-1"),
            lookup=LookupRecord(1, NOW + 500, 9, None),
            settles_at=NOW + 300_000,
        )
    )
    assert explained.title == "«Launch film», on https://www.example.com/launch (session s-1)"
    assert explained.contacts == (9,)
    assert [step.what for step in explained.steps] == [
        "the play began",
        "the usertoken was looked up at HubSpot: contact 9",
        "25 %: delivered to contact 9, identified by the usertoken (the hubspotutk cookie)",
        "50 %: rejected; HubSpot said: no such media [c-1]",
        "the last of 3 pings arrived: 60 % watched",
        "its attention span becomes final, unless more is watched",
    ]


def test_what_is_sent_once_more_by_itself_says_when() -> None:
    """The first of several, and each event its own time."""
    later, sooner = (
        replace(event("rejected", value, message="no"), due_at=NOW + hours * 3_600_000)
        for value, hours in (("25", 25), ("50", 24))
    )
    explained = explain(played(later, sooner))
    assert explained.verdict == (
        "2 events rejected by HubSpot (no): sent again automatically at 2026-09-22 14:13:20 UTC; "
        "or sooner: fix the cause, then playrelay outbox requeue 7 7"
    )
    assert [step.what for step in explained.steps if "again" in step.what] == [
        "25 %: rejected; HubSpot said: no; it is sent again at 2026-09-22 15:13:20 UTC",
        "50 %: rejected; HubSpot said: no; it is sent again at 2026-09-22 14:13:20 UTC",
    ]


@pytest.mark.parametrize("identity", [STRANGER, Unknown("anonymous"), Unknown("refused")])
def test_no_token_is_shown(identity: Unknown) -> None:
    """Neither the usertoken nor the `_hsenc` is anywhere in an explanation."""
    text = str(
        explain(played(event("waiting"), event("delivered", contact_id=9), identity=identity))
    )
    assert UTK not in text
    assert HSENC not in text


def test_a_second_usertoken_is_a_conflict_that_is_shown() -> None:
    """Somebody else's token with the same session changes nothing, and people see when."""
    conflict = msgspec.structs.replace(PLAY, second_utk=(NOW + 5000, "0f3c"))
    (step,) = [
        step for step in explain(played(play=conflict)).steps if "another usertoken" in step.what
    ]
    assert step.at == NOW + 5000
    assert not [step for step in explain(played()).steps if "another usertoken" in step.what]
