"""A shared link is good for what it was made for, under a key that is known."""

import pytest

from app.domain.shared_link import SharedLink, id_in, is_token_of, token_of

LINK = SharedLink("00112233445566778899aabbccddeeff", "", 7, "days=28&zone=UTC", 1_790_000_000_000)
KEY, OTHER = b"k" * 32, b"o" * 32
TOKEN = token_of(LINK, KEY)


def test_a_token_names_its_link() -> None:
    """A token names its link, and nothing of what the link shows."""
    assert id_in(TOKEN) == LINK.id
    assert is_token_of(LINK, TOKEN, [KEY])
    assert len(TOKEN) == 64


def test_a_key_is_replaced_by_another() -> None:
    """Links of the old one hold as long as it is listed."""
    assert is_token_of(LINK, TOKEN, [OTHER, KEY])
    assert not is_token_of(LINK, TOKEN, [OTHER])
    assert not is_token_of(LINK, TOKEN, [])


@pytest.mark.parametrize(
    "changed",
    [
        LINK._replace(id="f" * 32),
        LINK._replace(account="b"),
        LINK._replace(medium=8),
        LINK._replace(query="days=400&zone=UTC"),
        LINK._replace(ends_at=LINK.ends_at + 1),
    ],
)
def test_it_shows_nothing_else(changed: SharedLink) -> None:
    """A link shows nothing else if its content is changed in the store or in the address."""
    assert not is_token_of(changed, TOKEN, [KEY])


@pytest.mark.parametrize("place", [0, 21, 22, 63])
def test_an_altered_token_is_of_no_link(place: int) -> None:
    """A token with a changed name or signature belongs to no link."""
    other = "B" if TOKEN[place] == "A" else "A"
    assert not is_token_of(LINK, TOKEN[:place] + other + TOKEN[place + 1 :], [KEY])


@pytest.mark.parametrize("text", ["", "x", TOKEN[:-1], TOKEN + "A", "=" * 64, "é" * 64, "." * 64])
def test_what_is_no_token_is_told(text: str) -> None:
    """A text that is no token is answered without an error."""
    assert id_in(text) is None
    assert not is_token_of(LINK, text, [KEY])
