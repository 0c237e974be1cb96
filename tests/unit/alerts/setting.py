"""Messages of each kind, with names that would be markup."""

from app.alerts.message import Message, Origin, alert, sample, weekly
from app.alerts.summary import Figure, MediumMoved, Summary
from app.domain.alerting import Change, Sentence

NOW = 1_790_000_000_000
ORIGIN = Origin("", "https://relay.example.com")
MARKUP = "<!channel> *bold* [link](https://evil.example) & </x>"
TOKEN = Sentence(
    "bad_token", "HubSpot refuses the access token.", "Make a new one.", "/console/doctor"
)


def message(*states: str, origin: Origin = ORIGIN) -> Message:
    """A message that tells these of a sentence each, two hours after it began."""
    changes = [
        Change("bad" if each == "bad" else "good" if each == "good" else "still", TOKEN, NOW)
        for each in states
    ]
    return alert(changes, origin, NOW + 2 * 60 * 60 * 1000, "0123456789abcdef")


WEEK = Summary(
    "2026-11-16",
    "2026-11-22",
    (Figure("plays", "Plays", 1200, 1000), Figure("waiting", "Events that wait", 3)),
    (MediumMoved(MARKUP, 80, 20), MediumMoved("Launch film", 1, 9)),
)
SUMMARY = weekly(WEEK, ORIGIN, NOW, "0123456789abcdef")
TEST = sample(ORIGIN, NOW, "0123456789abcdef")
STRANGE = alert(
    [Change("bad", Sentence("x", MARKUP, MARKUP), NOW)], ORIGIN, NOW, "0123456789abcdef"
)
LONG = alert(
    [Change("bad", Sentence(f"{n}", "🎬" * 4_000, "y" * 4_000), NOW) for n in range(80)],
    ORIGIN,
    NOW,
    "0123456789abcdef",
)
EVERY = [message("bad"), message("still", "good"), SUMMARY, TEST, STRANGE, LONG]
"""One of each kind, and what strains a format."""
