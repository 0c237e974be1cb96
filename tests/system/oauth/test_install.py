"""From a code to tokens in a real store, at a real sandbox over HTTP: kept whole, or not at all."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from app.hubspot.client import HubSpotClient, make_http
from app.hubspot.exchange import Exchange
from app.hubspot.oauth import OAuthApp
from app.hubspot.results import Accepted, NotConnected
from app.hubspot.seal import Seal, SealedVault
from app.hubspot.tokens import RefreshingToken, installed
from app.oauth.install import Installer, InstallFailure, requested_scopes
from app.oauth.pending import OAuthCallback, PendingAuthorization
from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.faults import Fault
from app.sandbox.state import Sandbox
from app.store.records import Connection
from app.store.sqlite.database import open_sqlite
from app.store.store import Store
from tests.store.setting import policy
from tests.unit.hubspot.test_seal import key
from tests.unit.hubspot.vault import Clock
from tests.unit.sandbox.live import LiveSandbox
from tests.unit.sandbox.setting import Clock as Seconds
from tests.unit.sandbox.setting import played

APP = OAuthApp("sandbox-client", SecretStr("sandbox-client-secret"))
BACK = "https://relay.example.com/console/connect/callback"
SEAL = Seal.of([key(1)])
WORLD = SandboxConfig()

Install = Callable[[], Awaitable[Connection | InstallFailure]]


@pytest.fixture
def hubspot() -> Iterator[tuple[Sandbox, str]]:
    """A HubSpot and its address."""
    clock = Seconds()
    app = create_sandbox(SandboxConfig(), clock, sleep=clock.sleep)
    with LiveSandbox(app) as live:
        yield app.state.sandbox, live.url


@pytest.fixture
def sandbox(hubspot: tuple[Sandbox, str]) -> Sandbox:
    """The sandbox's inner state."""
    return hubspot[0]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A real store."""
    opened = await open_sqlite(f"sqlite:///{tmp_path}/store.db", policy("lookup"))
    yield opened
    await opened.close()


@pytest.fixture
async def exchange(hubspot: tuple[Sandbox, str]) -> AsyncIterator[Exchange]:
    """The way to HubSpot."""
    async with make_http() as http:
        yield Exchange(http, hubspot[1], Clock())


@pytest.fixture
def installer(store: Store, exchange: Exchange) -> Installer:
    """As the relay makes it for the default settings."""
    return Installer(
        exchange, APP, SEAL, store.tokens, requested_scopes(lookup=True, register=False), Clock()
    )


@pytest.fixture
def install(hubspot: tuple[Sandbox, str], installer: Installer) -> Install:
    """A person goes to HubSpot's page, says yes, and is sent back with a code."""

    async def go_through() -> Connection | InstallFailure:
        async with httpx.AsyncClient() as browser:
            page = await browser.get(installer.address(hubspot[1], BACK, "s-1"))
        back = parse_qs(urlsplit(page.headers["location"]).query)
        assert back["state"] == ["s-1"]
        return await finished(installer, back["code"][0])

    return go_through


async def finished(installer: Installer, code: str) -> Connection | InstallFailure:
    """Back from HubSpot's page with this code."""
    return await installer.finish(
        OAuthCallback("s-1", SecretStr(code)), PendingAuthorization("me", BACK, 0)
    )


def _source(exchange: Exchange, store: Store, seal: Seal = SEAL) -> RefreshingToken:
    vault = SealedVault(store.tokens, seal, installed(APP))
    return RefreshingToken(exchange, APP, None, vault, Clock())


async def test_the_account_is_named_and_its_tokens_work(
    install: Install, store: Store, exchange: Exchange
) -> None:
    """The granted tokens are stored encrypted, and events are sent with them."""
    done = await install()
    assert isinstance(done, Connection)
    assert (done.hub_id, done.hub_domain) == (WORLD.portal_id, WORLD.portal_domain)
    assert done.app_id == WORLD.provider_id
    assert set(done.scopes) == WORLD.scopes
    assert await store.tokens.connection() == done
    kept = await store.tokens.load()
    assert kept is not None
    assert "refresh-" not in kept.refresh_token.get_secret_value()
    client = HubSpotClient(exchange, _source(exchange, store), app=APP)
    assert isinstance(await client.send("media-played", played()), Accepted)


async def test_before_that_nothing_is_asked(
    sandbox: Sandbox, store: Store, exchange: Exchange
) -> None:
    """Without an installation there is no token, and no request that could only fail."""
    client = HubSpotClient(exchange, _source(exchange, store), app=APP)
    assert isinstance(await client.send("media-played", played()), NotConnected)
    assert isinstance(await client.contacts_by_usertoken(["u"]), NotConnected)
    assert not sandbox.ledger.requests


async def test_who_runs_takes_up_what_another_process_connected(
    install: Install, store: Store, exchange: Exchange
) -> None:
    """A token source that had none finds the tokens without being made anew."""
    source = _source(exchange, store)
    assert isinstance(await source.access_token(), NotConnected)
    await install()
    assert isinstance(await source.access_token(), SecretStr)


async def test_a_key_that_does_not_fit_is_noticed_while_running(
    install: Install, store: Store, exchange: Exchange
) -> None:
    """Connected by a process with another key: no token, and the reason is the key."""
    await install()
    result = await _source(exchange, store, Seal.of([key(2)])).access_token()
    assert isinstance(result, NotConnected)
    assert result.message.startswith("PLAYRELAY_SECRET_KEY: ")


@pytest.mark.parametrize("code", ["made-up", "sandbox-refresh-token", "x y\n"])
async def test_a_wrong_code_keeps_nothing(installer: Installer, store: Store, code: str) -> None:
    """HubSpot's message is passed on, the code is not."""
    done = await finished(installer, code)
    assert isinstance(done, InstallFailure)
    assert "missing or unknown auth code" in done.reason
    assert code not in done.reason
    assert await store.tokens.load() is None
    assert await store.tokens.connection() is None


async def test_another_redirect_uri_keeps_nothing(installer: Installer, sandbox: Sandbox) -> None:
    """A code is exchanged with the address that it was sent to alone."""
    code = sandbox.tokens.authorize("https://elsewhere.example/")
    done = await finished(installer, code)
    assert isinstance(done, InstallFailure)
    assert "redirect uri" in done.reason


async def test_a_needed_scope_that_was_refused_keeps_nothing(
    install: Install, installer: Installer, store: Store, sandbox: Sandbox
) -> None:
    """A connection without a needed scope replaces none; scope and account are named."""
    before = await install()
    code = sandbox.tokens.authorize(BACK)
    sandbox.config = sandbox.config.changed(
        {"scopes": sandbox.config.scopes - {"media_bridge.write"}}
    )
    kept = await store.tokens.load()
    done = await finished(installer, code)
    assert isinstance(done, InstallFailure)
    assert "did not grant media_bridge.write" in done.reason
    assert str(WORLD.portal_id) in done.reason
    assert (await store.tokens.load(), await store.tokens.connection()) == (kept, before)


async def test_an_optional_scope_that_was_refused_is_named(
    install: Install, installer: Installer, sandbox: Sandbox
) -> None:
    """Media can't be listed then, and everything else goes on."""
    sandbox.config = sandbox.config.changed(
        {"scopes": sandbox.config.scopes - {"media_bridge.read"}}
    )
    done = await install()
    assert isinstance(done, Connection)
    assert installer.ungranted(done) == ["media_bridge.read"]


async def test_another_account_is_refused(install: Install, store: Store, sandbox: Sandbox) -> None:
    """Contacts of one account mean nothing in another: the store stays with the first."""
    before = await install()
    sandbox.config = sandbox.config.changed({"portal_id": 99})
    done = await install()
    assert isinstance(done, InstallFailure)
    assert f"belongs to account {WORLD.portal_id}" in done.reason
    assert "account 99" in done.reason
    assert await store.tokens.connection() == before


async def test_the_same_account_is_connected_again(install: Install, store: Store) -> None:
    """Installing anew replaces the tokens."""
    await install()
    first = await store.tokens.load()
    assert isinstance(await install(), Connection)
    assert await store.tokens.load() != first


async def test_an_answer_that_is_lost_keeps_nothing_and_the_next_try_does(
    install: Install, store: Store, sandbox: Sandbox
) -> None:
    """HubSpot has granted, and its answer is lost: the store is as it was, and connecting works."""
    sandbox.faults.replace([Fault(path="/oauth/2026-03/token", drop="after", times=1)])
    done = await install()
    assert isinstance(done, InstallFailure)
    assert await store.tokens.load() is None
    assert isinstance(await install(), Connection)


async def test_an_introspection_that_fails_costs_the_name_alone(
    install: Install, sandbox: Sandbox
) -> None:
    """The grant itself names account and scopes."""
    sandbox.faults.replace([Fault(path="/oauth/2026-03/token/introspect", status=503)])
    done = await install()
    assert isinstance(done, Connection)
    assert (done.hub_id, done.hub_domain, done.app_id) == (WORLD.portal_id, "", None)
    assert set(done.scopes) == WORLD.scopes


def test_only_what_is_needed_is_asked_for() -> None:
    """Look-ups and registering bring their scopes along, and nothing else does."""
    assert requested_scopes(lookup=True, register=True).needed == (
        "media_bridge.write",
        "crm.objects.contacts.read",
    )
    assert requested_scopes(lookup=False, register=False).needed == ("media_bridge.write",)
    assert requested_scopes(lookup=True, register=False).optional == ("media_bridge.read",)
    assert requested_scopes(lookup=True, register=True).optional == ("media_bridge.read", "files")
    named = requested_scopes(lookup=False, register=False, names=True)
    assert named.optional == ("media_bridge.read", "crm.objects.contacts.read")
    assert requested_scopes(lookup=True, register=False, names=True).optional == (
        "media_bridge.read",
    )
