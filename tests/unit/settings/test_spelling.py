"""A name that nothing reads gets the name that was probably meant."""

import pytest

from app.config import unknown_variables
from app.config.spelling import nearest


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("HUBSPOT_TOKEN", "HUBSPOT_ACCESS_TOKEN", id="a word left out"),
        pytest.param("HUBSPOT_TOKN", "HUBSPOT_ACCESS_TOKEN", id="left out and misspelt"),
        pytest.param("CLIENT_SECRET", "HUBSPOT_CLIENT_SECRET", id="the first word left out"),
        pytest.param("ORIGINS", "ALLOWED_ORIGINS", id="one word of two"),
        pytest.param("ALOWED_ORIGINS", "ALLOWED_ORIGINS", id="misspelt"),
        pytest.param("ALLOWEDORIGINS", "ALLOWED_ORIGINS", id="written as one"),
        pytest.param("PROT", "PORT", id="two letters swapped"),
        pytest.param("PORTT", "PORT", id="misspelt, and a part of another"),
        pytest.param("HUBSPOT_RATES", "HUBSPOT_RATE", id="one letter too many"),
    ],
)
def test_the_setting_that_was_meant(written: str, meant: str) -> None:
    """A variable is named whose words are those that were written, or nearly."""
    (line,) = unknown_variables({f"PLAYRELAY_{written}": "x"})
    assert line == f"PLAYRELAY_{written} is not a setting: did you mean PLAYRELAY_{meant}?"


@pytest.mark.parametrize("written", ["WEATHER", "HUBSPOT_COLOUR", ""])
def test_nothing_is_suggested_for_what_is_like_nothing(written: str) -> None:
    """A suggestion that shares only a word would mislead."""
    assert nearest(written, ["HUBSPOT_RATE", "HUBSPOT_ACCESS_TOKEN", "PORT"]) == ""
