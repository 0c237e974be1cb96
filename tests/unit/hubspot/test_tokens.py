"""The tokens: renewed ahead of their end, once for all, and never lost."""

import asyncio
from collections.abc import Callable

import httpx
import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from app.hubspot.exchange import Exchange
from app.hubspot.oauth import DEFAULT_LIFETIME, OAuthApp
from app.hubspot.results import Throttled, Unauthorized, Unavailable
from app.hubspot.tokens import (
    RefreshingToken,
    StaticToken,
    StoredToken,
    TokenSource,
    TokenVault,
    fingerprint,
)
from app.hubspot.versions import OAUTH
from tests.unit.hubspot.server import Handler, Seen, Server, always, in_turn, response, serving
from tests.unit.hubspot.vault import SETTINGS_TOKEN, Clock, MemoryVault, stored

GRANT = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 1800}
DEAD = {"status": "BAD_REFRESH_TOKEN", "message": "missing or invalid refresh token"}
HOUR = 3_600_000

Make = Callable[..., RefreshingToken]


@pytest.fixture
def clock() -> Clock:
    """The test's own time."""
    return Clock()


@pytest.fixture
def vault() -> MemoryVault:
    """An empty vault."""
    return MemoryVault()


@pytest.fixture
def tokens(http: httpx.AsyncClient, clock: Clock, vault: MemoryVault) -> Make:
    """Makes a token source that asks the given server."""

    def make(
        server: Server, version: str = "2026-03", vault: TokenVault = vault
    ) -> RefreshingToken:
        app = OAuthApp("client-1", SecretStr("client-secret"), replace(OAUTH, version=version))
        exchange = Exchange(http, server.url, clock, time_limit=30)
        return RefreshingToken(exchange, app, SETTINGS_TOKEN, vault, clock)

    return make


def value(given: object) -> str:
    """The token itself; fails on anything else."""
    assert isinstance(given, SecretStr)
    return given.get_secret_value()


async def test_a_static_token_has_no_other() -> None:
    """A token from the settings is given as it is, and can't be renewed."""
    source: TokenSource = StaticToken(SecretStr("pat-1"))
    assert value(await source.access_token()) == "pat-1"
    assert await source.refreshed(after=SecretStr("pat-1")) is None
    await source.aclose()


@pytest.mark.parametrize("bad", ["", "pat 1", "pat-1\n", "pät-1"])
def test_a_static_token_must_fit_a_header(bad: str) -> None:
    """A token that does not fit a header is refused at once, and the message does not repeat it."""
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        StaticToken(SecretStr(bad))
    assert not bad or bad not in str(caught.value)


@pytest.mark.parametrize("version", ["v3", "2026-03", "2027-03"])
async def test_a_refresh_sends_its_secrets_in_the_form_alone(tokens: Make, version: str) -> None:
    """RFC 6749's parameters, in the body, to the version that was asked for; no query."""
    async with serving(always(200, GRANT)) as server:
        assert value(await tokens(server, version).access_token()) == "access-1"
    (seen,) = server.seen
    assert (seen.method, seen.target) == ("POST", f"/oauth/{version}/token")
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in seen.headers
    assert seen.form == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-from-settings",
        "client_id": "client-1",
        "client_secret": "client-secret",
    }


async def test_the_rotated_refresh_token_is_kept_and_used(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """The vault gets what HubSpot granted, and the next refresh goes out with the rotated token."""
    second = {"access_token": "access-2", "refresh_token": "refresh-2", "expires_in": 1800}
    async with serving(in_turn(response(200, GRANT), response(200, second))) as server:
        source = tokens(server)
        await source.access_token()
        assert vault.saves == [stored("access-1", "refresh-1", clock.now + 1_800_000)]
        clock.now += HOUR
        assert value(await source.access_token()) == "access-2"
    assert server.seen[1].form["refresh_token"] == "refresh-1"


@pytest.mark.parametrize("absent", [{}, {"refresh_token": None}, {"refresh_token": ""}])
async def test_without_rotation_the_refresh_token_stays(
    tokens: Make, vault: MemoryVault, absent: dict[str, object]
) -> None:
    """A grant that brings no new refresh token leaves the old one in force."""
    grant = {"access_token": "access-1", "expires_in": 1800, **absent}
    async with serving(always(200, grant)) as server:
        await tokens(server).access_token()
    assert [token.refresh_token for token in vault.saves] == [SETTINGS_TOKEN]


@pytest.mark.parametrize("odd", [None, "1800", -1, 0, True, 10**12])
async def test_a_grant_with_an_odd_lifetime_is_not_thrown_away(
    tokens: Make, vault: MemoryVault, clock: Clock, odd: object
) -> None:
    """It holds a rotated refresh token: losing it would cost a reinstallation."""
    async with serving(always(200, GRANT | {"expires_in": odd})) as server:
        await tokens(server).access_token()
    assert vault.held == stored("access-1", "refresh-1", clock.now + 1000 * DEFAULT_LIFETIME)


async def test_a_token_is_used_only_once_it_is_saved(tokens: Make, vault: MemoryVault) -> None:
    """While the vault is still writing, nobody gets the new token."""
    saving, go_on = asyncio.Event(), asyncio.Event()

    class SlowVault(MemoryVault):
        async def save(self, token: StoredToken) -> None:
            saving.set()
            await go_on.wait()
            await vault.save(token)

    async with serving(always(200, GRANT)) as server:
        source = tokens(server, vault=SlowVault())
        asking = asyncio.create_task(source.access_token())
        await saving.wait()
        assert not asking.done()
        assert vault.saves == []
        go_on.set()
        assert value(await asking) == "access-1"
    assert len(vault.saves) == 1


async def test_tokens_that_could_not_be_saved_are_saved_at_the_next_ask(
    tokens: Make, vault: MemoryVault
) -> None:
    """A vault out of order reaches the caller; the rotated token is not lost and not renewed."""

    class FailingOnce(MemoryVault):
        async def save(self, token: StoredToken) -> None:
            if not self.saves:
                self.saves.append(token)
                raise OSError("the disk is full")
            await vault.save(token)

    async with serving(always(200, GRANT)) as server:
        source = tokens(server, vault=FailingOnce())
        with pytest.raises(OSError, match="disk is full"):
            await source.access_token()
        assert value(await source.access_token()) == "access-1"
    assert [value(token.refresh_token) for token in vault.saves] == ["refresh-1"]
    assert len(server.seen) == 1


async def test_a_token_is_renewed_after_four_fifths_of_its_life(tokens: Make, clock: Clock) -> None:
    """Ahead of its end, since a 401 is no sign to rely on; and not before that."""
    second = GRANT | {"access_token": "access-2"}
    async with serving(in_turn(response(200, GRANT), response(200, second))) as server:
        source = tokens(server)
        await source.access_token()
        clock.now += 1_440_000 - 1
        assert value(await source.access_token()) == "access-1"
        assert len(server.seen) == 1
        clock.now += 1
        assert value(await source.access_token()) == "access-2"


async def test_twenty_who_wait_share_one_renewal(tokens: Make, vault: MemoryVault) -> None:
    """However many ask at once, one refresh goes out and one pair of tokens is saved."""
    async with serving(always(200, GRANT)) as server:
        source = tokens(server)
        given = await asyncio.gather(*(source.access_token() for _ in range(20)))
    assert {value(token) for token in given} == {"access-1"}
    assert len(server.seen) == len(vault.saves) == 1


async def test_those_who_wait_share_trouble_too(tokens: Make) -> None:
    """Twenty callers don't make twenty refreshes of a HubSpot that is down."""
    async with serving(always(503)) as server:
        source = tokens(server)
        given = await asyncio.gather(*(source.access_token() for _ in range(20)))
    assert given == [Unavailable("HTTP 503", answered=True)] * 20
    assert len(server.seen) == 1


async def test_a_forced_renewal_is_not_repeated_for_the_same_token(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """A late caller with a refused token gets the token that has replaced it."""
    vault.held = stored("refused", "refresh-0", clock.now + HOUR)
    async with serving(always(200, GRANT)) as server:
        source = tokens(server)
        refused = SecretStr(value(await source.access_token()))
        assert value(await source.refreshed(after=refused)) == "access-1"
        assert value(await source.refreshed(after=refused)) == "access-1"
    assert len(server.seen) == 1


async def test_the_same_token_again_is_no_other(tokens: Make) -> None:
    """A refresh that brings back the refused token offers nothing to try."""
    async with serving(always(200, GRANT)) as server:
        source = tokens(server)
        token = SecretStr(value(await source.access_token()))
        assert await source.refreshed(after=token) is None


def gated(started: asyncio.Event, go_on: asyncio.Event, answer: bytes) -> Handler:
    """Answer once the test says so."""

    async def handler(_: Seen, writer: asyncio.StreamWriter) -> None:
        started.set()
        await go_on.wait()
        writer.write(answer)

    return handler


async def test_a_caller_who_gives_up_leaves_the_others_their_token(tokens: Make) -> None:
    """A request that was cancelled does not take the shared refresh along."""
    started, go_on = asyncio.Event(), asyncio.Event()
    async with serving(gated(started, go_on, response(200, GRANT))) as server:
        source = tokens(server)
        first = asyncio.create_task(source.access_token())
        await started.wait()
        second = asyncio.create_task(source.access_token())
        first.cancel()
        await asyncio.wait({first})
        go_on.set()
        assert value(await second) == "access-1"
    assert first.cancelled()
    assert len(server.seen) == 1


async def test_closing_waits_for_a_refresh_that_is_under_way(
    tokens: Make, vault: MemoryVault
) -> None:
    """A stop in the middle of a rotation must not lose the rotated token."""
    started, go_on = asyncio.Event(), asyncio.Event()
    async with serving(gated(started, go_on, response(200, GRANT))) as server:
        source = tokens(server)
        asking = asyncio.create_task(source.access_token())
        await started.wait()
        asking.cancel()
        await asyncio.wait({asking})
        closing = asyncio.create_task(source.aclose())
        go_on.set()
        await closing
    assert [value(token.refresh_token) for token in vault.saves] == ["refresh-1"]


async def test_trouble_ahead_of_the_end_leaves_the_token_in_use(tokens: Make, clock: Clock) -> None:
    """A failed renewal costs nothing while the token is good, and is tried again before its end."""
    answers = (response(200, GRANT), response(503), response(503), response(429, {}))
    async with serving(in_turn(*answers)) as server:
        source = tokens(server)
        await source.access_token()
        clock.now += 1_440_000
        assert value(await source.access_token()) == "access-1"
        assert value(await source.access_token()) == "access-1"
        assert len(server.seen) == 2
        clock.now += 300_000
        assert value(await source.access_token()) == "access-1"
        assert len(server.seen) == 3
        clock.now += 60_000
        assert await source.access_token() == Throttled()


@pytest.mark.parametrize(
    "said",
    [
        DEAD,
        {"error": "invalid_grant", "error_description": "revoked"},
        {"status": "error", "category": "BAD_CLIENT_SECRET", "message": "no"},
        {"error": "unauthorized_client"},
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_dead_refresh_token_is_final(
    tokens: Make, status: int, said: dict[str, object]
) -> None:
    """Only a person can mend it: the app is installed anew, or the settings are put right."""
    async with serving(always(status, said)) as server:
        trouble = await tokens(server).access_token()
    assert isinstance(trouble, Unauthorized)
    assert trouble.final
    assert trouble.message


def foreign(status: int) -> Unavailable:
    """An answer that is not HubSpot's."""
    what = f"HTTP {status} that is not HubSpot's (of no type)"
    return Unavailable(f"{what}: a proxy, firewall or sign-in page before it")


PASSING = [
    (response(503, headers={"retry-after": "9"}), Unavailable("HTTP 503", 9.0, answered=True)),
    (response(429, {"policyName": "DAILY"}), Throttled("DAILY")),
    (
        response(400, {"message": "odd", "correlationId": "c0"}),
        Unauthorized("odd", final=False),
    ),
    (response(400, {"error": "invalid_scope"}), Unauthorized("HTTP 400", final=False)),
    (response(400, {"error": "blocked"}), foreign(400)),
    (response(401, b"<html>"), foreign(401)),
    (response(407, b"<html>"), foreign(407)),
    (response(401), Unauthorized("HTTP 401", final=False)),
    (response(302, headers={"location": "https://login.example"}), foreign(302)),
]


@pytest.mark.parametrize(("answer", "trouble"), PASSING)
async def test_any_other_trouble_may_pass(
    tokens: Make, answer: bytes, trouble: Throttled | Unauthorized | Unavailable
) -> None:
    """A fault that does not name the refresh token does not count as its end."""
    async with serving(in_turn(answer, response(200, GRANT))) as server:
        source = tokens(server)
        assert await source.access_token() == trouble
        assert value(await source.access_token()) == "access-1"


@pytest.mark.parametrize(
    "body", [b"<html>", b"", {}, {"access_token": 7}, {"access_token": "a\nb"}]
)
async def test_a_200_without_a_token_is_no_grant(tokens: Make, body: object) -> None:
    """A 200 without a token that fits a header is no grant."""
    async with serving(always(200, body)) as server:
        assert isinstance(await tokens(server).access_token(), Unavailable)


async def test_a_restart_goes_on_with_the_stored_token(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """A token that is still good is not renewed because the process is new."""
    vault.held = stored("access-0", "refresh-0", clock.now + HOUR)
    async with serving(always(500)) as server:
        assert value(await tokens(server).access_token()) == "access-0"
    assert server.seen == []


async def test_a_restart_goes_on_with_the_rotated_refresh_token(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """The one in the settings may be spent: its descendant in the vault is the living one."""
    vault.held = stored("access-0", "refresh-0", clock.now)
    async with serving(always(200, GRANT)) as server:
        assert value(await tokens(server).access_token()) == "access-1"
    assert server.seen[0].form["refresh_token"] == "refresh-0"


async def test_a_changed_setting_wins_over_what_is_stored(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """Another refresh token in the settings means another installation: the old one is over."""
    vault.held = stored(
        "access-0", "refresh-0", clock.now + HOUR, settings_token=SecretStr("before")
    )
    async with serving(always(200, GRANT)) as server:
        assert value(await tokens(server).access_token()) == "access-1"
    assert server.seen[0].form["refresh_token"] == "refresh-from-settings"
    assert vault.held.origin == fingerprint(SETTINGS_TOKEN)


async def test_what_another_replica_has_renewed_is_taken_up(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """A token that is due is looked for in the vault before HubSpot is asked."""
    vault.held = stored("access-0", "refresh-0", clock.now + HOUR)
    async with serving(always(500)) as server:
        source = tokens(server)
        await source.access_token()
        clock.now += HOUR
        vault.held = stored("access-of-another", "refresh-of-another", clock.now + HOUR)
        assert value(await source.access_token()) == "access-of-another"
    assert server.seen == []


async def test_losing_the_race_against_a_replica_is_no_death(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """The other one rotated the token that we tried: its tokens are in the vault by then."""

    async def rotated_meanwhile(_: Seen, writer: asyncio.StreamWriter) -> None:
        vault.held = stored("access-of-another", "refresh-of-another", clock.now + HOUR)
        writer.write(response(400, DEAD))

    async with serving(rotated_meanwhile) as server:
        assert value(await tokens(server).access_token()) == "access-of-another"
    assert len(server.seen) == 1


def test_stored_tokens_do_not_show_themselves() -> None:
    """The repr of what is stored holds no secret, and the fingerprint gives none away."""
    token = stored("access-0", "refresh-0", 1)
    for secret in ("access-0", "refresh-0", "refresh-from-settings"):
        assert secret not in repr(token)
    assert len(token.origin) == 64
    assert fingerprint(SecretStr("a")) != fingerprint(SecretStr("b"))


async def test_a_renewal_does_not_undo_an_installation(
    tokens: Make, vault: MemoryVault, clock: Clock
) -> None:
    """The app is installed anew while a renewal is under way: what that granted counts."""
    old = stored("old-access", "old-refresh", clock.now - 1)
    new = stored("new-access", "new-refresh", clock.now + HOUR)
    vault.held = old

    async def hubspot(_: Seen, writer: asyncio.StreamWriter) -> None:
        vault.held = new
        writer.write(response(200, GRANT))

    async with serving(hubspot) as server:
        assert value(await tokens(server).access_token()) == "new-access"
    assert server.seen[0].form["refresh_token"] == "old-refresh"
    assert (vault.held, vault.saves) == (new, [])
