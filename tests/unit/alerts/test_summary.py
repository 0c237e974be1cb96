"""Which media moved: those whose plays changed the most, up or down."""

from app.alerts.summary import MEDIA_NAMED, MediumMoved, moved
from app.domain.figures import Figures
from app.domain.media import Medium
from app.store.reports import MediumFigures


def medium(number: int, plays: int, name: str | None = None) -> MediumFigures:
    """A medium with so many plays in a period."""
    about = Medium(name=name or f"film {number}", external_id=f"{number}")
    return MediumFigures(number, about, plays, 0, Figures(plays=plays))


def test_new_ones_and_those_that_ended_count() -> None:
    """A summary lists new and ended advice, and leaves out what did not change."""
    now = [medium(1, 10), medium(2, 7), medium(4, 3)]
    before = [medium(1, 8), medium(3, 20), medium(4, 3)]
    assert moved(now, before) == (
        MediumMoved("film 3", 0, 20),
        MediumMoved("film 2", 7, 0),
        MediumMoved("film 1", 10, 8),
    )


def test_a_few_are_named_in_a_line_each() -> None:
    """However many moved, and whatever their names hold."""
    found = moved([medium(each, each + 1, f"a\r\nb {'x' * 300}") for each in range(20)], [])
    assert len(found) == MEDIA_NAMED
    assert all("\n" not in each.name and len(each.name) <= 100 for each in found)
