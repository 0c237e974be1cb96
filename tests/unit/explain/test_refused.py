"""The description of a medium that HubSpot refuses."""

import pytest

from app.explain.refused import describe, remedy, summary
from app.store.event_reports import REFUSED_MEDIA, MediumRefusal

NOW = 1_790_000_000_000
FILM = MediumRefusal("/film", 2, NOW + 1, "No such media.")
OBJECT = MediumRefusal("42/", 1, NOW, "no such object")
BOTH = MediumRefusal("42/a/b", 1, NOW, "no")


def test_one_medium() -> None:
    """HubSpot's words and when it is asked again."""
    again = "Tried again at 2026-09-21 14:13:20 UTC."
    assert describe(FILM, NOW) == f"HubSpot refuses it: No such media. {again}"
    assert describe(FILM, NOW + 1).endswith(". Its next event is tried again.")


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        ([FILM], "1 medium: externalId film (No such media)"),
        ([OBJECT, FILM], "2 media, such as mediaBridgeId 42 (no such object)"),
        ([BOTH, FILM], "2 media, such as mediaBridgeId 42, externalId a/b (no)"),
        ([FILM] * REFUSED_MEDIA, "1,000 media or more, such as externalId film (No such media)"),
    ],
)
def test_how_many_there_are(refused: list[MediumRefusal], says: str) -> None:
    """The summary gives their number with an example, by HubSpot's names."""
    assert summary(refused) == f"HubSpot refuses {says}"


@pytest.mark.parametrize(
    ("refused", "registers", "corrects"),
    [([FILM], True, False), ([OBJECT], False, True), ([BOTH, FILM], True, True)],
)
def test_what_to_do(refused: list[MediumRefusal], *, registers: bool, corrects: bool) -> None:
    """A medium with only an externalId can be created; no object can be created with a given id."""
    do = remedy(refused, "acme")
    register = "playrelay media register --account acme"
    requeue = "then playrelay outbox requeue --rejected --account acme"
    assert (register in do, requeue in do) == (registers, registers)
    assert ("correct a wrong mediaBridgeId" in do) is corrects
    assert "--account" not in remedy(refused)
