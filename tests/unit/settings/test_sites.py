"""The file of accounts and sites: what it means, and what is said to who writes it wrongly."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import (
    PREFIX,
    AccountSettings,
    Settings,
    SettingsError,
    accounts_of,
    load_settings,
    unknown_variables,
    variable_name,
)
from app.config.settings import ACCOUNT_FIELDS, SITE_FIELDS

ACME = """
[accounts.acme]
access_token_env = "ACME_TOKEN"
allowed_origins = ["https://www.acme.example"]
"""
GLOBEX = """
[accounts.globex]
access_token = "globex-token"

[sites.www]
account = "globex"
allowed_origins = ["https://www.globex.example"]

[sites.academy]
account = "globex"
allowed_origins = ["https://academy.globex.example"]
milestones = [10, 50]
"""

Written = Callable[..., tuple[AccountSettings, ...]]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Written:
    """Write the file, set the variables, load."""
    for field in Settings.model_fields:
        monkeypatch.delenv(variable_name(field), raising=False)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYRELAY_SITES", "sites.toml")
    monkeypatch.setenv("ACME_TOKEN", "acme-token")

    def load(text: str, **variables: str) -> tuple[AccountSettings, ...]:
        (tmp_path / "sites.toml").write_text(text, "utf-8")
        for name, value in variables.items():
            monkeypatch.setenv(PREFIX + name, value)
        return accounts_of(load_settings())

    return load


def faults(written: Written, text: str, **variables: str) -> list[str]:
    """The faults that loading reports."""
    with pytest.raises(SettingsError) as raised:
        written(text, **variables)
    return raised.value.faults


def token(account: AccountSettings) -> str:
    """Its static token."""
    assert account.settings.hubspot_access_token
    return account.settings.hubspot_access_token.get_secret_value()


def test_without_a_file_there_is_one_account_with_one_site(tmp_path: Path) -> None:
    """Neither has a name, and the variables tell of both."""
    settings = Settings(database_url=f"sqlite:///{tmp_path}/x.db")
    (account,) = accounts_of(settings)
    assert (account.name, [site.key for site in account.sites]) == ("", [""])
    assert account.settings is settings is account.sites[0].settings


def test_accounts_and_their_sites(written: Written) -> None:
    """Accounts keep the file's order; an account without sites is a site by its own name."""
    acme, globex = written(ACME + GLOBEX)
    assert (acme.name, [site.key for site in acme.sites]) == ("acme", ["acme"])
    assert (globex.name, [site.key for site in globex.sites]) == ("globex", ["www", "academy"])
    assert (token(acme), token(globex)) == ("acme-token", "globex-token")
    assert globex.settings.allowed_origins == (
        "https://www.globex.example",
        "https://academy.globex.example",
    )


def test_what_is_said_nearest_holds(written: Written) -> None:
    """A site goes before its account, that before the variables, they before the defaults."""
    text = ACME + "viewed_percent = 70\nrate = 50\n" + GLOBEX
    acme, globex = written(text, VIEWED_PERCENT="60", HUBSPOT_RATE="90", PARK_DAYS="3")
    www, academy = globex.sites
    assert acme.sites[0].settings.viewed_percent == 70
    assert www.settings.viewed_percent == 60
    assert (acme.settings.hubspot_rate, globex.settings.hubspot_rate) == (50, 90)
    assert {acme.settings.park_days, globex.settings.park_days} == {3}
    assert (www.settings.milestones, academy.settings.milestones) == ((25, 50, 75, 100), (10, 50))


def test_an_account_takes_nothing_from_another_or_from_the_machine(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what the file and the settings say: a variable that came later changes no account."""
    written(ACME + GLOBEX)
    settings = load_settings()
    monkeypatch.setenv("PLAYRELAY_HUBSPOT_RATE", "3")
    assert {account.settings.hubspot_rate for account in accounts_of(settings)} == {110}


def test_one_app_for_several_accounts(written: Written) -> None:
    """An OAuth app that the variables name is every account's that has a refresh token."""
    text = """
    [accounts.one]
    refresh_token = "first"
    allowed_origins = ["https://one.example"]
    [accounts.two]
    access_token = "static"
    allowed_origins = ["https://two.example"]
    """
    one, two = written(text, HUBSPOT_CLIENT_ID="app", HUBSPOT_CLIENT_SECRET="secret")
    assert (one.settings.hubspot_client_id, two.settings.hubspot_client_id) == ("app", None)


@pytest.mark.parametrize("where", ["environment", ".env", "file"])
def test_secrets_come_from_elsewhere(
    written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str
) -> None:
    """A secret comes from a variable, .env or a file beside this one, without its line break."""
    line = 'access_token_env = "ACME_TOKEN"'
    monkeypatch.delenv("ACME_TOKEN")
    if where == "environment":
        monkeypatch.setenv("ACME_TOKEN", "fetched")
    elif where == ".env":
        (tmp_path / ".env").write_text("ACME_TOKEN=fetched\n")
    else:
        (tmp_path / "acme.secret").write_text("fetched\n")
        line = 'access_token_file = "acme.secret"'
    (acme,) = written(f'[accounts.acme]\n{line}\nallowed_origins = ["https://www.acme.example"]')
    assert token(acme) == "fetched"


def test_a_variable_that_the_file_names_is_no_mistake(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may begin like the relay's own."""
    monkeypatch.setenv("PLAYRELAY_TOKEN_OF_ACME", "x")
    written(ACME.replace("ACME_TOKEN", "PLAYRELAY_TOKEN_OF_ACME"))
    named = {"PLAYRELAY_TOKEN_OF_ACME": "x", "PLAYRELAY_TOKEN_OF_ACMW": "x"}
    (line,) = unknown_variables(named, load_settings())
    assert line.startswith("PLAYRELAY_TOKEN_OF_ACMW is not a setting")


def test_the_catalogue_lies_beside_the_file(
    written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The catalogue is found relative to the file, not to the working folder."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "sites.toml").write_text(ACME + 'catalogue = "media.csv"\n')
    monkeypatch.setenv("PLAYRELAY_SITES", "etc/sites.toml")
    (acme,) = written("")
    assert acme.sites[0].settings.catalogue == Path("etc/media.csv")


def test_no_tokens_at_all_is_the_sandbox(written: Written) -> None:
    """It has to be asked for; each account gets one; with tokens it is refused."""
    text = "[accounts.one]\n[accounts.two]\n"
    (line,) = faults(written, text)
    assert line.startswith("PLAYRELAY_SITES: is set, but there are no credentials: ")
    accounts = written(text, SANDBOX="true")
    assert [account.settings.sandboxed for account in accounts] == [True, True]
    (line,) = faults(written, ACME)
    assert line.startswith("PLAYRELAY_SITES: has credentials, but PLAYRELAY_SANDBOX is true")
    written(ACME, SANDBOX="false")
    assert not load_settings().sandboxed


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[accounts", "sites.toml: is not valid TOML: "),
        ("", "sites.toml: defines no account: write [accounts.NAME]"),
        ("account = 1", "sites.toml: account is not known: write [accounts.NAME] and [sites.KEY]"),
        ("accounts = 1", "sites.toml: accounts is not a table: write [accounts.NAME]"),
        ("[accounts]\nacme = 1", "sites.toml accounts.acme: is not a table: write [accounts.acme]"),
        ("[accounts.Acme]", "sites.toml [accounts.Acme]: is not a valid name: use at most 32 "),
        (ACME + "ratte = 5", "sites.toml [accounts.acme] ratte: is not known: did you mean rate?"),
        (ACME + "x = 5", "sites.toml [accounts.acme] x: is not known: the keys are access_token, "),
        (ACME + "rate = 0", "sites.toml [accounts.acme] rate: 0 is out of range: give a whole "),
        (ACME + "rate = []", "sites.toml [accounts.acme] rate: [] is not a whole number: give "),
        (ACME + "identity_secret = 7", "sites.toml [accounts.acme] identity_secret: is not text: "),
        (ACME + "catalogue = 7", "sites.toml [accounts.acme] catalogue: is not text: put it in "),
        (ACME + "milestones = 7", "sites.toml [accounts.acme] milestones: is not a list: write "),
        (ACME + "port = 80", "sites.toml [accounts.acme] port: is not known: "),
        (ACME + "events = 'all'", "sites.toml [accounts.acme] events: 'all' is not known: write "),
        (ACME + "needs_key = 1", "sites.toml [accounts.acme] needs_key: write true or false"),
        (
            ACME + 'access_token = "x"',
            "sites.toml [accounts.acme] access_token: access_token is set twice: remove one",
        ),
        (
            ACME + 'console_names = "name"',
            "sites.toml [accounts.acme] console_names: names are stored encrypted: set secret",
        ),
        (
            ACME + 'client_id = "x"',
            "sites.toml [accounts.acme] client_secret: OAuth needs both the client id and",
        ),
        (
            ACME + 'base_url_env = "ACME_TOKEN"',
            "sites.toml [accounts.acme] base_url_env: is not known: did you mean base_url?",
        ),
        (
            ACME.replace('"ACME_TOKEN"', '"NOBODY"'),
            "sites.toml [accounts.acme] access_token_env: the environment variable NOBODY is not",
        ),
        (
            ACME.replace('"ACME_TOKEN"', "7"),
            "sites.toml [accounts.acme] access_token_env: write the name of an environment",
        ),
        (
            ACME.replace("_env", "_file"),
            "sites.toml [accounts.acme] access_token_file: ACME_TOKEN can't be read (No such file",
        ),
        (
            ACME.replace("https://www", "www"),
            "sites.toml [accounts.acme] allowed_origins: 'www.acme.example' is no origin",
        ),
        (
            '[accounts.acme]\naccess_token = "x"',
            "sites.toml [accounts.acme] allowed_origins: list the sites that embed the player",
        ),
        (
            ACME + "[accounts.sandbox]",
            "sites.toml [accounts.sandbox]: is the name of the sandbox's",
        ),
        (
            ACME + "[accounts.bare]\n",
            "sites.toml [accounts.bare] access_token: is missing: set it for all accounts or none",
        ),
        (
            ACME + '[sites.""]\naccount = "acme"',
            'sites.toml [sites.""]: is not a valid name: use at most 64 letters',
        ),
        (
            '[sites]\nallowed_origins = ["https://a.example"]\n' + ACME,
            "sites.toml [sites] allowed_origins: belongs under a name: write [sites.NAME] above",
        ),
        (
            '[accounts]\naccess_token = "x"',
            "sites.toml [accounts] access_token: belongs under a name: write [accounts.NAME] above",
        ),
        (
            (
                '[accounts.acme]\naccess_token = "x"\n[sites.www]\naccount = "acne"\n'
                'allowed_origins = ["https://a.example"]'
            ),
            "sites.toml [sites.www] account: name one of the accounts: acme",
        ),
        (ACME + "[sites.x]", "sites.toml [sites.x] account: name one of the accounts: acme"),
        (
            ACME + '[sites.x]\naccount = "acne"',
            "sites.toml [sites.x] account: name one of the accounts: acme",
        ),
        (
            ACME + '[sites."a b"]\naccount = "acme"',
            'sites.toml [sites."a b"]: is not a valid name: use at most 64 letters',
        ),
        (
            GLOBEX + "rate = 5",
            "sites.toml [sites.academy] rate: is not known: the keys are allowed_origins, ",
        ),
        (
            GLOBEX + ACME.replace("acme", "www"),
            "sites.toml [sites.www]: is the name of an account too: rename one of them",
        ),
    ],
)
def test_faults(written: Written, text: str, fault: str) -> None:
    """One line that names file, table and key, and says what to do."""
    (line,) = faults(written, text)
    assert line.startswith(fault)


def test_a_file_without_credentials_says_where_they_go(written: Written) -> None:
    """They belong into the file, so the variables of a single account are no remedy."""
    (line,) = faults(written, '[accounts.acme]\nallowed_origins = ["https://a.example"]')
    assert line == (
        "PLAYRELAY_SITES: is set, but there are no credentials: write access_token_env, "
        "access_token_file or client_id for each account of the file, or ask for the sandbox with "
        "PLAYRELAY_SANDBOX=true"
    )


def test_all_faults_at_once(written: Written) -> None:
    """All faults of all tables are reported in place; a site does not repeat its account's."""
    text = ACME + "rate = 0\nidentity = 'guess'\n" + GLOBEX + "viewed_percent = 0\nfoo = 1\n"
    places = sorted(" ".join(line.split()[:3]) for line in faults(written, text))
    assert places == [
        "sites.toml [accounts.acme] identity:",
        "sites.toml [accounts.acme] rate:",
        "sites.toml [sites.academy] foo:",
        "sites.toml [sites.academy] viewed_percent:",
    ]


@pytest.mark.parametrize("shared", ["https://www.acme.example", "https://*.acme.example", "*"])
def test_an_origin_of_two_sites_is_refused(written: Written, shared: str) -> None:
    """It is refused unless one of the sites is found only by its key."""
    text = f"""
    [accounts.one]
    allowed_origins = ["{shared}"]
    [accounts.two]
    allowed_origins = ["https://other.example", "{shared}"]
    """
    (line,) = faults(written, text, SANDBOX="true")
    assert line.startswith(
        f"sites.toml [accounts.two] allowed_origins: {shared} belongs to site one too: remove it"
    )
    _, two = written(text + "needs_key = true")
    assert two.sites[0].needs_key


@pytest.mark.parametrize(
    "name", ["HUBSPOT_ACCESS_TOKEN", "HUBSPOT_REFRESH_TOKEN", "ALLOWED_ORIGINS"]
)
def test_what_is_one_accounts_own_is_no_default(written: Written, name: str) -> None:
    """It would be everybody's."""
    (line,) = faults(written, ACME, **{name: "https://www.example.com"})
    assert line == (
        f"PLAYRELAY_{name}: belongs to one account: move it into the file of PLAYRELAY_SITES"
    )


def test_a_file_that_is_not_there(written: Written) -> None:
    """The variable is named, for that is what is wrong."""
    (line,) = faults(written, ACME, SITES="nowhere.toml")
    assert (
        line
        == "PLAYRELAY_SITES: nowhere.toml can't be read (No such file or directory): check the path"
    )


def test_each_setting_has_its_place() -> None:
    """A new one is put on purpose: an account's, a site's, or the process's as these are."""
    process = {
        "sandbox",
        "sites",
        "database_url",
        "role",
        "host",
        "port",
        "internal_port",
        "public_url",
        "play_links",
        "keepalive_seconds",
        "pings_per_minute",
        "trusted_proxies",
        "console_password",
        "console_viewer_password",
        "api_token",
        "console_user_header",
        "console_groups_header",
        "console_operator_groups",
        "console_viewer_groups",
        "time_zone",
        "log_level",
        "log_format",
        "alert_webhook_url",
        "alert_webhook_format",
        "alert_mail_to",
        "alert_mail_from",
        "alert_level",
        "alert_after_seconds",
        "smtp_host",
        "smtp_port",
        "smtp_security",
        "smtp_user",
        "smtp_password",
        "summary_day",
        "summary_hour",
    }
    assert not set(ACCOUNT_FIELDS) & set(SITE_FIELDS)
    assert {*ACCOUNT_FIELDS, *SITE_FIELDS} == set(Settings.model_fields) - process


def test_each_site_says_where_its_events_go(written: Written) -> None:
    """Its account then sends to all of these; a name that is none is a fault of the site's."""
    text = GLOBEX + 'destinations = ["custom-events"]\nleast_percent = 20\n'
    (globex,) = written(text)
    sites = {site.key: site.settings for site in globex.sites}
    assert sites["www"].destinations == ("media-bridge",)
    assert sites["academy"].destinations == ("custom-events",)
    assert (sites["www"].least_percent, sites["academy"].least_percent) == (0, 20)
    assert globex.settings.destinations == ("media-bridge", "custom-events")
    with pytest.raises(SettingsError, match=r"sites.toml \[sites.academy\] destinations"):
        written(GLOBEX + 'destinations = ["crm"]\n')
