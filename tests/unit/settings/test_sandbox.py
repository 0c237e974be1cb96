"""The sandbox is asked for, or nothing of production is set: a mistake never starts a demo."""

import pytest

from app.config import SettingsError, load

KEY = "A" * 43 + "="


def refused(**variables: str) -> list[str]:
    """The lines with which a start with these variables ends."""
    with pytest.raises(SettingsError) as raised:
        load(variables={f"PLAYRELAY_{name}": value for name, value in variables.items()})
    return raised.value.faults


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUBSPOT_TOKEN", "a-token"),
        ("HUBSPOT_ACCESS_TOKE", "a-token"),
        ("ACCES_TOKEN", "a-token"),
        ("HUBSPOT_APIKEY", "a-key"),
        ("HUBSPOT_ACCESS_TOKEN", ""),
        ("HUBSPOT_ACCESS_TOKEN", " \n"),
        ("HUBSPOT_ACCESS_TOKEN", '""'),
        ("HUBSPOT_CLIENT_ID", ""),
        ("ALLOWED_ORIGINS", "https://www.example.com"),
        ("ALOWED_ORIGINS", "https://www.example.com"),
        ("CONSOLE_PASSWORD", "a long pass word"),
        ("CONSOLE_VIEWER_PASSWORD", "a long pass word"),
        ("API_TOKEN", "a token of 32 characters or more"),
        ("SECRET_KEY", KEY),
        ("IDENTITY_SECRET", "s" * 32),
        ("HUBSPOT_DEVELOPER_KEY", "a-key"),
        ("HUBSPOT_BASE_URL", "https://api.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
        ("PUBLIC_URL", "https://relay.example.com"),
        ("DATABASE_URL", "postgresql://relay:secret@db/relay"),
        ("ROLE", "deliver"),
    ],
)
def test_what_means_production_is_no_demo(name: str, value: str) -> None:
    """Without credentials the start is refused, with the variable and both remedies."""
    (line,) = refused(**{name: value})
    assert line.startswith(f"PLAYRELAY_{name}")
    assert "PLAYRELAY_SANDBOX=true" in line
    assert value == "" or value not in line or name == "ROLE"


def test_each_variable_has_its_line() -> None:
    """Two variables of production are two lines."""
    lines = refused(ALLOWED_ORIGINS="*", CONSOLE_PASSWORD="a long pass word")
    assert sorted(line.split(":")[0] for line in lines) == [
        "PLAYRELAY_ALLOWED_ORIGINS",
        "PLAYRELAY_CONSOLE_PASSWORD",
    ]


def test_the_sandbox_can_be_asked_for() -> None:
    """Then all of that may be set."""
    given = {"PLAYRELAY_SANDBOX": "true", "PLAYRELAY_ALLOWED_ORIGINS": "*"}
    assert load(variables=given).settings.sandboxed


def test_the_sandbox_can_be_ruled_out() -> None:
    """Then credentials are missing."""
    (line,) = refused(SANDBOX="false")
    assert line.startswith("PLAYRELAY_HUBSPOT_ACCESS_TOKEN: is missing")


def test_credentials_and_the_sandbox_exclude_each_other() -> None:
    """One of them is a mistake: which is for a person to say."""
    (line,) = refused(SANDBOX="true", HUBSPOT_ACCESS_TOKEN="a-token", ALLOWED_ORIGINS="*")
    assert line.startswith("PLAYRELAY_HUBSPOT_ACCESS_TOKEN: has credentials, but")
    assert "a-token" not in line


def test_who_only_collects_needs_no_credentials() -> None:
    """A process that only collects is not in sandbox mode, and still needs its origins."""
    (line,) = refused(ROLE="collect")
    assert line.startswith("PLAYRELAY_ALLOWED_ORIGINS: list the sites")
    given = {"PLAYRELAY_ROLE": "collect", "PLAYRELAY_ALLOWED_ORIGINS": "*"}
    assert not load(variables=given).settings.sandboxed


def test_a_misspelt_trifle_is_a_warning() -> None:
    """It is named with what was probably meant, and does not stop a demo."""
    (line,) = load(variables={"PLAYRELAY_PORTT": "1"}).unknown
    assert line == "PLAYRELAY_PORTT is not a setting: did you mean PLAYRELAY_PORT?"
