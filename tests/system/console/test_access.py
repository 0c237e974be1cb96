"""Passwords, sessions and proxies decide who may enter the console."""

from pathlib import Path

import httpx
import pytest

from app.config import SettingsError, load_settings
from tests.system.console.setting import COOKIE, HTML, PASSWORD, relay, sign_in
from tests.system.live.relay import Live, live_relay, settings_for


def test_without_a_session_the_sign_in_is_shown(client: httpx.Client) -> None:
    """Without a session the sign-in is shown, and leads back to the requested page."""
    answer = client.get("/console/audit")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/console/sign-in?back=/console/audit",
    )
    assert 'value="/console/audit"' in client.get(answer.headers["location"]).text


def test_the_password_opens_and_signing_out_closes(client: httpx.Client) -> None:
    """The cookie is out of reach of scripts and of other sites' forms."""
    entered = sign_in(client)
    assert (entered.status_code, entered.headers["location"]) == (303, "/console")
    flags = entered.headers["set-cookie"]
    assert flags.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(flags.split("; "))
    assert client.get("/console").status_code == 200
    assert client.post("/console/sign-out", data={"x": ""}).status_code == 303
    assert client.get("/console").status_code == 303


def test_over_https_the_cookie_belongs_to_this_host_alone(tmp_path: Path) -> None:
    """A believed proxy's https gives it the prefix with which browsers guard it, and Secure."""
    with relay(tmp_path, console_password=PASSWORD, trusted_proxies=("127.0.0.1",)) as live:
        entered = sign_in(live.client, **{"x-forwarded-proto": "https"})
    flags = entered.headers["set-cookie"]
    assert flags.startswith("__Host-playrelay=")
    assert "Secure" in flags.split("; ")


def test_a_wrong_password_is_told(client: httpx.Client) -> None:
    """The form says that the password is wrong, and can be sent again at once."""
    answer = client.post("/console/sign-in", data={"password": "a guess"})
    assert answer.status_code == 401
    assert "that is not the console&#39;s password" in answer.text
    assert sign_in(client).status_code == 303


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/console\\@evil", "/x"]
)
def test_the_sign_in_leads_to_no_other_site(client: httpx.Client, back: str) -> None:
    """The sign-in leads only to the console's own pages, whatever a link to it says."""
    answer = client.post("/console/sign-in", data={"password": PASSWORD, "back": back})
    assert answer.headers["location"] == "/console"


def test_a_copied_cookie_ends_with_the_sign_out(guarded: Live, client: httpx.Client) -> None:
    """A copy of the cookie ends with the sign-out as well; other sign-ins go on."""
    sign_in(client)
    copy = client.cookies[COOKIE]
    with httpx.Client(base_url=guarded.client.base_url, headers=HTML) as other:
        sign_in(other)
        assert client.post("/console/sign-out", data={"x": ""}).status_code == 303
        client.cookies.set(COOKIE, copy, domain="127.0.0.1")
        assert client.get("/console").status_code == 303
        assert other.get("/console").status_code == 200


def test_signing_out_everywhere_ends_every_sign_in(guarded: Live, client: httpx.Client) -> None:
    """Signing out everywhere ends every sign-in, also a forgotten one elsewhere."""
    with httpx.Client(base_url=guarded.client.base_url, headers=HTML) as other:
        sign_in(other)
        sign_in(client)
        assert client.post("/console/sign-out", data={"everywhere": "yes"}).status_code == 303
        assert other.get("/console").status_code == 303


def test_a_sign_in_outlives_a_restart_but_not_a_new_password(tmp_path: Path) -> None:
    """The session is kept in the store, under a key that is derived from the password."""
    with relay(tmp_path, console_password=PASSWORD) as live:
        sign_in(live.client)
        cookie = live.client.cookies[COOKIE]
    for password, status in ((PASSWORD, 200), ("another pass word", 303)):
        with relay(tmp_path, console_password=password) as live:
            live.client.cookies.set(COOKIE, cookie, domain="127.0.0.1")
            assert live.client.get("/console").status_code == status


@pytest.mark.parametrize("forged", ["x", "..", "x" * 43, "x" * 10_000])
def test_a_forged_cookie_opens_nothing(client: httpx.Client, forged: str) -> None:
    """Nothing is found under its digest."""
    sign_in(client)
    client.cookies.set(COOKIE, forged, domain="127.0.0.1")
    assert client.get("/console").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {},
    ],
)
def test_another_site_changes_nothing(client: httpx.Client, headers: dict[str, str]) -> None:
    """A change is refused unless the browser says that a page of the console sends it."""
    sign_in(client)
    del client.headers["sec-fetch-site"]
    assert client.post("/console/sign-out", data={"x": ""}, headers=headers).status_code == 403
    assert sign_in(client, **headers).status_code == 403


def test_a_browser_without_fetch_metadata_is_known_by_its_origin(client: httpx.Client) -> None:
    """Older browsers send Origin alone with a form."""
    del client.headers["sec-fetch-site"]
    origin = str(client.base_url).rstrip("/")
    assert sign_in(client, origin=origin).status_code == 303
    assert (
        client.post("/console/sign-out", data={"x": ""}, headers={"origin": origin}).status_code
        == 303
    )


def test_what_is_no_form_is_refused(client: httpx.Client) -> None:
    """Other types and bodies beyond the limit."""
    sign_in(client)
    json = client.post("/console/sign-out", json={})
    large = client.post("/console/sign-out", data={"x": "x" * 70_000})
    assert (json.status_code, large.status_code) == (415, 413)


def test_every_answer_has_the_headers(client: httpx.Client) -> None:
    """Pages, refusals and redirects alike: nothing inline, in no frame, kept by nobody."""
    answers = [client.get("/console"), client.get("/console/sign-in")]
    sign_in(client)
    answers += [client.get("/console"), client.post("/console/sign-out", data={"x": ""})]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_piece_of_a_page_leads_the_whole_page_to_the_sign_in(client: httpx.Client) -> None:
    """When the session has ended meanwhile."""
    answer = client.get("/console", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/console/sign-in")


def test_without_password_and_proxy_it_is_off(tmp_path: Path) -> None:
    """With a token, nothing opens it; the page says what would."""
    with relay(tmp_path) as live:
        answer = live.client.get("/console")
        entered = sign_in(live.client)
    assert (answer.status_code, entered.status_code) == (404, 404)
    assert "PLAYRELAY_CONSOLE_PASSWORD" in answer.text


def test_the_sandbox_is_open_to_this_machine_alone(tmp_path: Path) -> None:
    """Under a name of its own; a page whose name leads here is still another's."""
    with live_relay(settings_for(tmp_path)) as live:
        assert live.client.get("/console", headers=HTML).status_code == 200
        rebound = live.client.get("/console", headers={"host": "evil.example", **HTML})
    assert rebound.status_code == 403


def test_a_proxy_signs_people_in(tmp_path: Path) -> None:
    """A person named in the proxy's header is signed in under that name; others are not."""
    options = {"console_user_header": "X-Forwarded-User", "trusted_proxies": ("127.0.0.1",)}
    with relay(tmp_path, **options) as live:
        named = {"x-forwarded-user": "ana", "x-forwarded-for": "203.0.113.9"}
        entered = live.client.get("/console", headers=named)
        nameless = live.client.get("/console")
    assert entered.status_code == 200
    assert '<p class="who">ana</p>' in entered.text
    assert nameless.status_code == 403


def test_a_name_that_another_sends_is_not_believed(tmp_path: Path) -> None:
    """Only the connection's own end counts, whatever X-Forwarded-For says."""
    options = {"console_user_header": "X-Forwarded-User", "trusted_proxies": ("192.0.2.1",)}
    with relay(tmp_path, **options) as live:
        forged = {"x-forwarded-user": "ana", "x-forwarded-for": "192.0.2.1"}
        assert live.client.get("/console", headers=forged).status_code == 403


@pytest.mark.parametrize(
    ("viewers", "groups", "status", "operates"),
    [
        ((), "staff, web-admins", 200, True),
        ((), "staff|web-admins", 200, True),
        ((), "staff", 200, False),
        ((), "", 200, False),
        (("marketing",), "marketing,staff", 200, False),
        (("marketing",), "staff", 403, False),
        (("marketing",), "not-web-admins", 403, False),
    ],
)
def test_a_proxy_says_who_may_change_something(
    tmp_path: Path, viewers: tuple[str, ...], groups: str, status: int, *, operates: bool
) -> None:
    """The role follows from the groups in the header: operator, viewer, or no access."""
    options = {"console_user_header": "X-Forwarded-User", "trusted_proxies": ("127.0.0.1",)}
    options |= {"console_groups_header": "X-Groups", "console_operator_groups": ("web-admins",)}
    with relay(tmp_path, console_viewer_groups=viewers, **options) as live:
        named = {"x-forwarded-user": "ana", "x-groups": groups}
        assert live.client.get("/console", headers=named).status_code == status
        audit = live.client.get("/console/audit", headers=named)
    assert (audit.status_code == 200) == operates
    if status == 403:
        assert "none of your groups may enter: X-Groups has to list one of" in audit.text


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_a_stranger_behind_a_proxy_is_not_this_machine(tmp_path: Path, header: str) -> None:
    """The sandbox's console stays closed, whatever the header claims and whom the relay trusts."""
    for proxies in ((), ("*",), ("127.0.0.1",)):
        with live_relay(settings_for(tmp_path, trusted_proxies=proxies)) as live:
            claimed = {header: "127.0.0.1", **HTML}
            assert live.client.get("/console", headers=claimed).status_code == 403


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"CONSOLE_OPERATOR_GROUPS": "a"}, "CONSOLE_GROUPS_HEADER: set the header in which"),
        ({"CONSOLE_GROUPS_HEADER": "X-Groups"}, "CONSOLE_USER_HEADER: set the header that names"),
        (
            {"CONSOLE_GROUPS_HEADER": "X-Groups", "CONSOLE_USER_HEADER": "X-User"},
            "CONSOLE_OPERATOR_GROUPS: list the groups",
        ),
    ],
)
def test_groups_need_their_settings(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    """A part of them would let nobody in, or everybody."""
    monkeypatch.setenv("PLAYRELAY_TRUSTED_PROXIES", "192.0.2.1")
    for name, value in given.items():
        monkeypatch.setenv(f"PLAYRELAY_{name}", value)
    with pytest.raises(SettingsError, match=named):
        load_settings(env_file=None)


@pytest.mark.parametrize("proxies", ["", "*", "*,192.0.2.1"])
def test_the_header_needs_proxies_by_name(monkeypatch: pytest.MonkeyPatch, proxies: str) -> None:
    """The header is only accepted with proxies that are listed: otherwise anybody could send it."""
    monkeypatch.setenv("PLAYRELAY_CONSOLE_USER_HEADER", "X-Forwarded-User")
    monkeypatch.setenv("PLAYRELAY_TRUSTED_PROXIES", proxies)
    with pytest.raises(SettingsError, match="PLAYRELAY_CONSOLE_USER_HEADER: list the proxies"):
        load_settings(env_file=None)


def test_the_public_address_is_the_snippets_and_hubspots(tmp_path: Path) -> None:
    """Behind a proxy that puts the relay under a path, both name the address that browsers use."""
    public = "https://www.example.com/relay"
    app = {
        "hubspot_access_token": None,
        "hubspot_client_id": "id",
        "hubspot_client_secret": "client-secret",
        "secret_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    }
    with relay(tmp_path, console_password=PASSWORD, public_url=public, **app) as live:
        sign_in(live.client)
        assert f"{public}/playrelay.js" in live.client.get("/relay/console/embed").text
        assert (
            f"{public}/console/connect/callback" in live.client.get("/relay/console/connect").text
        )
