"""Pages get names for people."""

import pytest

from app.domain.media import Medium
from app.domain.page import Page
from app.domain.play import Play
from app.explain.words import place_of, title_of


@pytest.mark.parametrize(
    ("page", "title", "place"),
    [
        (
            Page(url="https://www.example.com/a/b?utm_source=ads&x=1", name="A film"),
            "A film",
            "www.example.com/a/b",
        ),
        (Page(url="http://example.com/"), "", "example.com/"),
        (Page(url="https://example.com/app?x=1#/films/3"), "", "example.com/app#/films/3"),
        (Page(page_id=123), "", "page 123"),
        (Page(), "", "an unknown page"),
    ],
    ids=["a title", "no title", "a route in the fragment", "an id", "unknown"],
)
def test_a_page_in_a_table(page: Page, title: str, place: str) -> None:
    """A page is shown by its title, and its address without scheme and query."""
    play = Play("s", Medium(), (0, 1, page), 0)
    assert (title_of(play), place_of(play)) == (title, place)
