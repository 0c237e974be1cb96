"""Secrets are never shown, and erased data is gone for good."""

from collections.abc import Callable
from functools import partial

from tests.processes.relay import CONTACT, STRANGER, Relay, ping
from tests.processes.sandbox import TOKEN, Sandbox
from tests.processes.waiting import until

RelayWith = Callable[..., Relay]
ADDRESS = "203.0.113.77"
HSENC = "p2ANqtz-the-token-of-a-mail"
OAUTH = {
    "hubspot_access_token": "",
    "hubspot_client_id": "sandbox-client",
    "hubspot_client_secret": "sandbox-client-secret",
    "hubspot_refresh_token": "sandbox-refresh-token",
    "identity_secret": "the-site-signs-with-this-and-no-other",
}


def test_nothing_personal_is_ever_logged(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """At log level debug, through all kinds of trouble, neither tokens nor visitors are named."""
    quoting = {
        "message": f"{CONTACT} {HSENC} {TOKEN}",
        "category": CONTACT[:24],
        "correlationId": "c-1",
    }
    relay = relay_with(log_level="debug", trusted_proxies="127.0.0.1", **OAUTH).started()
    behind_a_proxy = {"x-forwarded-for": ADDRESS, "origin": "https://www.example.com"}

    def watch(session: str, **fields: object) -> None:
        answer = relay.post(ping(session, 100, **fields), **behind_a_proxy)
        assert answer.status_code == 202

    faults: list[dict[str, object]] = [
        {"status": 503},
        {"drop": "before"},
        {"expired_token": True},
        {"status": 400, "body": quoting},
    ]
    for fault in faults:
        sandbox.faults({"path": "/media-bridge/*", "times": 1, **fault})
        before = _sent(relay)
        watch(f"known-{before}")
        watch(f"by-mail-{before}", contactUtk=STRANGER, _hsenc=HSENC)
        until("all has been sent", partial(_has_sent, relay, before + 12))
    assert relay.post({"contactUtk": CONTACT}, **behind_a_proxy).status_code == 422
    ((access, refresh),) = relay.rows("SELECT access_token, refresh_token FROM tokens")
    relay.stop()
    said = relay.said
    assert "event_rejected" in said
    for secret in (CONTACT, STRANGER, HSENC, ADDRESS, access, refresh, *list(OAUTH.values())[2:]):
        assert secret not in said


def test_forgetting_leaves_no_row(relay_with: RelayWith, sandbox: Sandbox) -> None:
    """After `forget` no row of any table holds the visitor's token, nor is anything of it sent."""
    relay = relay_with().started()
    relay.watch("theirs", 100, contactUtk=STRANGER)
    relay.watch("another's", 100)
    until("the other's is delivered", lambda: len(sandbox.kept()) == 6)
    until("theirs is folded", relay.idle)
    assert _rows_naming(relay, STRANGER)
    assert relay.verb("forget", "--utk", STRANGER).stdout == "erased 1 play or ping\n"
    assert not _rows_naming(relay, STRANGER)
    assert _rows_naming(relay, CONTACT)
    sandbox.world(utks={STRANGER: 4711})
    relay.watch("later", 25)
    until("what came later is delivered", lambda: len(sandbox.kept()) == 8)
    assert "theirs" not in {session for session, _, _ in sandbox.kept()}


def _sent(relay: Relay) -> float:
    """The number of finished events."""
    depth = "playrelay_outbox_depth"
    return relay.metric(depth, status="delivered") + relay.metric(depth, status="rejected")


def _has_sent(relay: Relay, events: float) -> bool:
    return _sent(relay) == events


def _rows_naming(relay: Relay, secret: str) -> list[str]:
    """The tables in whose rows the secret stands, in whatever column."""
    tables = relay.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [
        table
        for (table,) in tables
        for row in relay.rows(f"SELECT * FROM {table}")  # noqa: S608 - the store's own tables
        if any(secret.encode() in _bytes(value) for value in row)
    ]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
