"""Variables: what they mean, and what the errors of wrong values say."""

from pathlib import Path

import pytest

from app.config import (
    PREFIX,
    Settings,
    SettingsError,
    load_settings,
    unknown_variables,
    variable_name,
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variables and no .env of the machine's."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.chdir(tmp_path)


def faults(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    """The faults that loading reports."""
    for name, value in variables.items():
        monkeypatch.setenv(name if name == "PORT" else PREFIX + name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    return raised.value.faults


def test_nothing_set_is_the_sandbox() -> None:
    """A stranger's first start needs no variable."""
    settings = load_settings()
    assert settings.sandboxed
    assert settings.port == 8000
    assert settings.host == "127.0.0.1"
    assert settings.milestones == (25, 50, 75, 100)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("HUBSPOT_API_VERSION", "2"),
        ("HUBSPOT_RATE", "0"),
        ("HUBSPOT_BASE_URL", "http://api.example.com"),
        ("HUBSPOT_BASE_URL", "api.hubapi.com"),
        ("ALLOWED_ORIGINS", "www.example.com"),
        ("ALLOWED_ORIGINS", "https://www.example.com/path"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgresql://user:password@db"),
        ("DATABASE_URL", "postgresql://db:port/relay?pooler"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///data/"),
        ("ROLE", "both"),
        ("IDENTITY", "guess"),
        ("MILESTONES", "25,much"),
        ("MILESTONES", "0"),
        ("EVENTS", "percent,paused"),
        ("VIEWED_PERCENT", "101"),
        ("LEAST_PERCENT", "101"),
        ("LEAST_SECONDS", "-1"),
        ("DESTINATIONS", ","),
        ("DESTINATIONS", "media-bridge,crm"),
        ("HUBSPOT_EVENT_NAME", "playrelay_media"),
        ("HUBSPOT_CUSTOM_EVENTS_PATH", "/events/{version}/send"),
        ("SETTLE_SECONDS", "0"),
        ("PARK_DAYS", "-1"),
        ("PINGS_PER_MINUTE", "-1"),
        ("CONSOLE_NAMES", "name"),
        ("CONSOLE_NAMES", "phone"),
        ("HUBSPOT_NAMES_PATH", "/crm/{object}"),
        ("TRUSTED_PROXIES", "proxy.local"),
        ("INTERNAL_PORT", "70000"),
        ("PUBLIC_URL", "www.example.com"),
        ("PUBLIC_URL", "ftp://www.example.com"),
        ("PUBLIC_URL", "https://www.example.com/?a=b"),
        ("PUBLIC_URL", "https://www.example.com/a%20b"),
        ("PUBLIC_URL", "https://www.example.com//a"),
        ("PUBLIC_URL", "https://www.example.com/console"),
        ("PUBLIC_URL", "https://www.example.com/v1/relay"),
        ("KEEPALIVE_SECONDS", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """One fault is one line that begins with the variable."""
    (line,) = faults(monkeypatch, **{name: value})
    assert line.startswith(f"{PREFIX}{name}: ")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "abc", "'abc' is not a whole number: give one from 0 to 65535 (in PORT)"),
        ("HUBSPOT_RATE", "1.5", "'1.5' is not a whole number: give one from 1 to 10000"),
        ("HUBSPOT_RATE", "0", "'0' is out of range: give a whole number from 1 to 10000"),
        ("PINGS_PER_MINUTE", "no", "'no' is not a whole number: give one of at least 0"),
        ("MILESTONES", "25,much", "'much' is not a whole number: give one from 1 to 100"),
        ("PARK_DAYS", "week", "'week' is not a number: give one above 0 and up to 3650"),
        ("PARK_DAYS", "nan", "'nan' is out of range: give a number above 0 and up to 3650"),
        ("ROLE", "both", "'both' is not known: write 'all', 'collect' or 'deliver'"),
        ("EVENTS", "seen", "'seen' is not known: write 'percent', 'played' or 'attention'"),
        ("MEDIA_REGISTER", "maybe", "'maybe' is neither yes nor no: write true or false"),
        (
            "TIME_ZONE",
            "Berlin",
            "'Berlin' is not a time zone of the IANA database: write Europe/Berlin, or UTC",
        ),
        ("TRUSTED_PROXIES", "here", "'here' is not an address: write 10.0.0.1, 10.0.0.0/8 or *"),
        (
            "CONSOLE_USER_HEADER",
            "a b",
            "'a b' is not a valid header name: use letters, digits and hyphens, such as X-Forwarded-User",  # noqa: E501
        ),
        (
            "HUBSPOT_RATE",
            "1" * 5_000,
            f"'{'1' * 39}… is not a whole number: give one from 1 to 10000",
        ),
    ],
)
def test_a_wrong_value_is_told_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    """The message has the wrong value, and what is accepted."""
    assert faults(monkeypatch, **{name: value}) == [f"{PREFIX}{name}: {message}"]


@pytest.mark.parametrize(
    ("origins", "said"),
    [
        ("https://a.example;https://b.example", "is several in one: put commas between them"),
        ("https://a.example https://b.example", "is several in one: put commas between them"),
        ("https://a.example/x,b.example", "write https://a.example; 'b.example' is no origin"),
    ],
)
def test_each_faulty_origin_is_told(
    monkeypatch: pytest.MonkeyPatch, origins: str, said: str
) -> None:
    """One line names each faulty origin, and what to write."""
    (line,) = faults(monkeypatch, ALLOWED_ORIGINS=origins, SANDBOX="true")
    assert said in line


def test_the_internal_port_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number would leave the operators' addresses on the public port."""
    (line,) = faults(monkeypatch, PORT="8055", INTERNAL_PORT="8055")
    assert line.startswith("PLAYRELAY_INTERNAL_PORT: is the same as PLAYRELAY_PORT")
    assert "choose a different one" in line


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who made three mistakes reads three lines."""
    lines = faults(monkeypatch, HUBSPOT_RATE="x", ROLE="y", LOG_LEVEL="z")
    named = {line.partition(":")[0] for line in lines}
    assert named == {f"{PREFIX}HUBSPOT_RATE", f"{PREFIX}ROLE", f"{PREFIX}LOG_LEVEL"}


def test_a_token_needs_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """With credentials the relay does not start open to nobody or to everybody."""
    (line,) = faults(monkeypatch, HUBSPOT_ACCESS_TOKEN="secret-token")
    assert line.startswith(f"{PREFIX}ALLOWED_ORIGINS: ")
    monkeypatch.setenv(f"{PREFIX}ALLOWED_ORIGINS", "*")
    assert load_settings().allowed_origins == ("*",)


def test_half_of_oauth_is_no_oauth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the missing half of OAuth."""
    (line,) = faults(monkeypatch, HUBSPOT_CLIENT_ID="x", HUBSPOT_REFRESH_TOKEN="y")
    assert line.startswith(f"{PREFIX}HUBSPOT_CLIENT_SECRET: ")


def test_an_app_without_a_refresh_token_is_one_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sandbox then, and the key that seals its tokens is asked for, but not of a collector."""
    given = {"HUBSPOT_CLIENT_ID": "x", "HUBSPOT_CLIENT_SECRET": "y", "ALLOWED_ORIGINS": "*"}
    (line,) = faults(monkeypatch, **given)
    assert line.startswith(f"{PREFIX}SECRET_KEY: ")
    assert "openssl rand -base64 32" in line
    monkeypatch.setenv(f"{PREFIX}ROLE", "collect")
    assert load_settings().connectable
    monkeypatch.setenv(f"{PREFIX}ROLE", "all")
    monkeypatch.setenv(f"{PREFIX}SECRET_KEY", f"{'A' * 43}=, {'B' * 43}=")
    assert load_settings().connectable
    assert not load_settings().sandboxed


def test_a_refresh_token_in_the_settings_needs_no_connecting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A refresh token in the settings needs neither an installation nor a key."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"):
        monkeypatch.setenv(f"{PREFIX}HUBSPOT_{name}", "x")
    monkeypatch.setenv(f"{PREFIX}ALLOWED_ORIGINS", "*")
    assert not load_settings().connectable
    assert not load_settings().sandboxed


@pytest.mark.parametrize("key", ["short", "A" * 44, f"{'A' * 43}=,short"])
def test_each_key_is_looked_at(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A key of another length is named by its variable, and not shown."""
    (line,) = faults(monkeypatch, SECRET_KEY=key)
    assert line.startswith(f"{PREFIX}SECRET_KEY: a key is 32 random bytes")
    assert key not in line


def test_a_token_and_oauth_exclude_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two ways in are a mistake: which one was meant?"""
    (line,) = faults(
        monkeypatch,
        HUBSPOT_ACCESS_TOKEN="a",
        HUBSPOT_CLIENT_ID="b",
        HUBSPOT_CLIENT_SECRET="c",
        HUBSPOT_REFRESH_TOKEN="d",
        ALLOWED_ORIGINS="*",
    )
    assert line.startswith(f"{PREFIX}HUBSPOT_ACCESS_TOKEN: ")


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor a fault beside them print a secret."""
    secrets = {
        "HUBSPOT_ACCESS_TOKEN": "pat-secret-1",
        "IDENTITY_SECRET": "secret-2" * 4,
        "CONSOLE_PASSWORD": "secret-3-of-many",
        "CONSOLE_VIEWER_PASSWORD": "secret-4-of-many",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(PREFIX + name, value)
    monkeypatch.setenv(f"{PREFIX}ALLOWED_ORIGINS", "*")
    settings = load_settings()
    shown = repr(settings) + str(settings) + " ".join(faults(monkeypatch, HUBSPOT_RATE="x"))
    assert not [secret for secret in secrets.values() if secret in shown]


def test_viewers_have_a_password_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the operator's, everybody who may look could change things as well."""
    word = "a long pass word"
    (line,) = faults(monkeypatch, CONSOLE_PASSWORD=word, CONSOLE_VIEWER_PASSWORD=word, SANDBOX="on")
    assert line.startswith(f"{PREFIX}CONSOLE_VIEWER_PASSWORD: ")
    assert word not in line


def test_links_to_plays_need_the_consoles_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that leads nowhere would stand in HubSpot for good."""
    (line,) = faults(monkeypatch, PLAY_LINKS="true", SANDBOX="on")
    assert line == f"{PREFIX}PLAY_LINKS: set the address of the console in {PREFIX}PUBLIC_URL"


@pytest.mark.parametrize("around", ["tok\n", " tok ", "\ttok\r\n"])
def test_credentials_may_be_pasted(monkeypatch: pytest.MonkeyPatch, around: str) -> None:
    """The line break of a secret's file is not part of the token."""
    monkeypatch.setenv(f"{PREFIX}HUBSPOT_ACCESS_TOKEN", around)
    monkeypatch.setenv(f"{PREFIX}ALLOWED_ORIGINS", "*")
    token = load_settings().hubspot_access_token
    assert token is not None
    assert token.get_secret_value() == "tok"


@pytest.mark.parametrize("token", ["two words", "tok\nen", "tøken", "tok\x7fen"])
@pytest.mark.parametrize("name", ["ACCESS_TOKEN", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"])
def test_what_can_be_no_credential_is_told_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, token: str
) -> None:
    """The start fails with the variable's name and without its value."""
    (line,) = faults(monkeypatch, **{f"HUBSPOT_{name}": token})
    assert line.startswith(f"{PREFIX}HUBSPOT_{name}: ")
    assert token not in line


def test_lists_are_comma_separated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blanks around the commas do not matter; percentages come out ascending and once."""
    monkeypatch.setenv(f"{PREFIX}SANDBOX", "true")
    monkeypatch.setenv(f"{PREFIX}ALLOWED_ORIGINS", " https://a.example , https://b.example,")
    monkeypatch.setenv(f"{PREFIX}MILESTONES", "90, 10,10")
    settings = load_settings()
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.milestones == (10, 90)


def test_blank_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """`PLAYRELAY_X=` in a compose file means the default."""
    monkeypatch.setenv(f"{PREFIX}CONSOLE_PASSWORD", "")
    monkeypatch.setenv(f"{PREFIX}HUBSPOT_RATE", "")
    settings = load_settings()
    assert settings.console_password is None
    assert settings.hubspot_rate == 110


def test_the_platforms_port_counts_after_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """PORT is heeded, PLAYRELAY_PORT goes before it."""
    monkeypatch.setenv("PORT", "9001")
    assert load_settings().port == 9001
    monkeypatch.setenv(f"{PREFIX}PORT", "9002")
    assert load_settings().port == 9002


def test_a_dotenv_file_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment goes before the file; foreign lines in it do not disturb."""
    (tmp_path / ".env").write_text(
        "PLAYRELAY_HUBSPOT_RATE=100\nPLAYRELAY_SANDBOX=true\nPLAYRELAY_ROLE=collect\nOTHER=1\n"
    )
    monkeypatch.setenv(f"{PREFIX}ROLE", "deliver")
    settings = load_settings()
    assert (settings.hubspot_rate, settings.role) == (100, "deliver")


def test_a_misspelt_variable_is_found() -> None:
    """A variable that nothing reads is named, with what was probably meant."""
    (line,) = unknown_variables({"PLAYRELAY_ALOWED_ORIGINS": "x", "PLAYRELAY_PORT": "1", "A": "b"})
    assert "PLAYRELAY_ALOWED_ORIGINS" in line
    assert "did you mean PLAYRELAY_ALLOWED_ORIGINS?" in line


def test_where_browsers_find_the_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public URL may have a path; a slash at its end does not count."""
    monkeypatch.setenv(f"{PREFIX}SANDBOX", "true")
    monkeypatch.setenv(f"{PREFIX}PUBLIC_URL", "https://www.example.com/relay/")
    settings = load_settings()
    assert settings.public_url == "https://www.example.com/relay"
    assert (settings.internal_port, settings.keepalive_seconds) == (None, 80)
