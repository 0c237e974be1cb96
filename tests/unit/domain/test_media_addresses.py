"""The relay's part of tests/media_addresses.json: every address of a film is one medium's."""

import json

import pytest

from app.domain.url import parse_url
from app.domain.vendors import canonical
from tests.places import MEDIA_ADDRESSES

CASES = json.loads(MEDIA_ADDRESSES.read_text())


@pytest.mark.parametrize(
    ("address", "film"),
    [
        (address, case["film"])
        for case in CASES
        for address in (case["film"], *case["frames"], *case["others"])
    ],
)
def test_every_address_of_a_film_is_one(address: str, film: str) -> None:
    """All addresses of a film, its frame's, page's and shares', become the one of the tracker."""
    url = parse_url(address)
    assert url is not None
    assert canonical(url) == parse_url(film)
