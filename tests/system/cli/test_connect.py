"""`connect` as a person runs it: a browser goes to HubSpot's page and comes back."""

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.processes.relay import Relay
from tests.processes.sandbox import Sandbox
from tests.processes.waiting import until
from tests.system.cli.process import PLAYRELAY, SECONDS, environment, run

KEY = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
OTHER_KEY = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
DEVELOPER = {"PLAYRELAY_HUBSPOT_DEVELOPER_KEY": "sandbox-developer-key"}
ACCOUNT = "account 4242001 (sandbox.example)"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One HubSpot for all of these."""
    with Sandbox(tmp_path_factory.mktemp("hubspot")) as sandbox:
        sandbox.start()
        sandbox.up()
        yield sandbox


@pytest.fixture
def hubspot(shared: Sandbox) -> Sandbox:
    """As new, as far as that can be told."""
    shared.reset()
    return shared


def settings(hubspot: Sandbox, **more: str) -> dict[str, str]:
    """An app that is in no account yet."""
    return {
        "PLAYRELAY_HUBSPOT_BASE_URL": hubspot.address,
        "PLAYRELAY_HUBSPOT_APP_URL": hubspot.address,
        "PLAYRELAY_HUBSPOT_CLIENT_ID": "sandbox-client",
        "PLAYRELAY_HUBSPOT_CLIENT_SECRET": "sandbox-client-secret",
        "PLAYRELAY_ALLOWED_ORIGINS": "https://www.example.com",
        "PLAYRELAY_SECRET_KEY": KEY,
        **more,
    }


class Connecting:
    """A `connect` that runs. `invited`: the address that it wants opened."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._out: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.invited = ""

    def invites(self) -> None:
        """Wait until it does."""
        self.invited = until("it invites", self._invitation)

    def kill(self) -> None:
        """End it at once; all that it printed has been read when this returns."""
        self.process.kill()
        self._reader.join(SECONDS)

    def ended(self) -> tuple[int, str, str]:
        """Exit status, standard output, standard error, once it ends by itself."""
        assert self.process.stderr is not None
        status = self.process.wait(SECONDS)
        self._reader.join(SECONDS)
        return status, "".join(self._out), self.process.stderr.read()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._out.append(line)

    def _invitation(self) -> str:
        found = re.search(r"^  (http\S+)$", "".join(self._out), re.MULTILINE)
        return found[1] if found else ""


@contextmanager
def connecting(folder: Path, *arguments: str, **given: str) -> Iterator[Connecting]:
    """It runs until it has invited somebody, and ends with the test."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [*PLAYRELAY, "connect", *arguments],
        cwd=folder,
        env=environment(**given),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        command = Connecting(process)
        try:
            command.invites()
            yield command
        finally:
            command.kill()


def browse(address: str) -> httpx.Response:
    """A browser that goes wherever it is sent."""
    return httpx.get(address, follow_redirects=True, timeout=30)


def where_it_ends(address: str) -> str:
    """The same browser on another machine: it is sent to a localhost that is not this one."""
    return httpx.get(address, timeout=30).headers["location"]


def connected(folder: Path, hubspot: Sandbox, *arguments: str, **more: str) -> tuple[int, str, str]:
    """The whole installation, and how the command ends."""
    with connecting(folder, "--port", "0", *arguments, **settings(hubspot, **more)) as command:
        assert ACCOUNT in browse(command.invited).text
        return command.ended()


def test_an_app_is_installed(tmp_path: Path, hubspot: Sandbox) -> None:
    """The browser and the terminal name the account, doctor finds all well, and once is enough."""
    status, out, err = connected(tmp_path, hubspot)
    assert (status, err) == (0, "")
    assert out.endswith(f"connected to {ACCOUNT}\n")
    examined = run("doctor", folder=tmp_path, **settings(hubspot))
    assert examined.returncode == 0
    assert f"valid for {ACCOUNT}" in examined.stdout
    again = run("connect", folder=tmp_path, **settings(hubspot))
    assert again.stdout == f"already connected to {ACCOUNT} (--again connects anew)\n"


def test_no_token_is_printed_or_left_readable(tmp_path: Path, hubspot: Sandbox) -> None:
    """Neither code nor tokens are printed, and no file of the store holds one in the clear."""
    with connecting(tmp_path, "--paste", **settings(hubspot)) as command:
        ended_at = where_it_ends(command.invited)
        code = httpx.URL(ended_at).params["code"]
        assert command.process.stdin is not None
        command.process.stdin.write(f" {ended_at}\n")
        command.process.stdin.close()
        status, out, err = command.ended()
    assert (status, err) == (0, "")
    assert code.startswith("code-")
    assert code not in out
    files = [each for each in (tmp_path / "data").iterdir() if each.is_file()]
    kept = b"".join(each.read_bytes() for each in files)
    assert b"fernet:" in kept
    for secret in (b"access-", b"refresh-", code.encode(), b"sandbox-client-secret", KEY.encode()):
        assert secret not in kept
        assert secret.decode() not in out


def test_pings_wait_for_the_connection(tmp_path: Path, hubspot: Sandbox) -> None:
    """A relay that runs unconnected keeps what comes, says why, and sends it once it can."""
    own = {name.removeprefix("PLAYRELAY_"): value for name, value in settings(hubspot).items()}
    own |= {"HUBSPOT_ACCESS_TOKEN": "", "IDENTITY": "passthrough"}
    with Relay(tmp_path, hubspot.address, **own).started() as relay:
        relay.says("not_connected")
        relay.watch("early", 60)
        until("it says why it waits", lambda: relay.metric("playrelay_account_paused") == 1)
        assert relay.metric("playrelay_account_paused", reason="not_connected") == 1
        assert relay.metric("playrelay_hubspot_day_requests") == 0
        assert not hubspot.requests()
        doctor = relay.verb("doctor")
        assert "run playrelay connect" in doctor.stdout
        assert connected(tmp_path, hubspot)[0] == 0
        until(
            "what waited is sent", lambda: ("early", "media-played-percent", "25") in hubspot.kept()
        )
        assert relay.metric("playrelay_account_paused") == 0


def test_a_stranger_cannot_finish_it(tmp_path: Path, hubspot: Sandbox) -> None:
    """Wrong, missing and used states are turned away, and the right one is still awaited."""
    with connecting(tmp_path, "--port", "0", **settings(hubspot)) as command:
        ended_at = httpx.URL(where_it_ends(command.invited))
        for params in ({"code": "c", "state": "guessed"}, {"code": "c"}, {}):
            answer = httpx.get(ended_at.copy_with(params=params))
            assert answer.status_code == 400
            assert "refused" in answer.text
        assert browse(str(ended_at)).status_code == 200
        assert command.ended()[0] == 0


def test_a_person_says_no(tmp_path: Path, hubspot: Sandbox) -> None:
    """The terminal tells HubSpot's words and how to go on; nothing is kept."""
    hubspot.world(install="deny")
    with connecting(tmp_path, "--port", "0", **settings(hubspot)) as command:
        assert browse(command.invited).status_code == 400
        status, _, err = command.ended()
    assert (status, err.count("\n")) == (1, 1)
    assert "The user said no." in err
    assert "is missing" in run("doctor", folder=tmp_path, **settings(hubspot)).stdout


def test_an_address_from_elsewhere_is_not_taken(tmp_path: Path, hubspot: Sandbox) -> None:
    """The code of an address that belongs to another run is not even tried."""
    with connecting(tmp_path, "--paste", **settings(hubspot)) as command:
        assert command.process.stdin is not None
        command.process.stdin.write("http://localhost:8012/connect?code=c&state=other\n")
        command.process.stdin.close()
        status, _, err = command.ended()
    assert status == 1
    assert "this address is refused" in err
    assert not hubspot.requests()


def test_killed_between_grant_and_store(tmp_path: Path, hubspot: Sandbox) -> None:
    """HubSpot has granted and the command dies: nothing is half kept, and the next run connects."""
    hubspot.faults({"path": "/oauth/2026-03/token/introspect", "latency_ms": 60_000})
    with connecting(tmp_path, "--port", "0", **settings(hubspot)) as command:
        browser = threading.Thread(target=_browse_in_vain, args=[command.invited])
        browser.start()
        granted = {"method": "POST", "path": "/oauth/2026-03/token", "status": 200}
        until(
            "HubSpot grants", lambda: any(granted.items() <= s.items() for s in hubspot.requests())
        )
        command.process.kill()
        command.process.wait(SECONDS)
        browser.join(SECONDS)
    hubspot.faults()
    doctor = run("doctor", folder=tmp_path, **settings(hubspot))
    assert "is missing" in doctor.stdout
    assert connected(tmp_path, hubspot)[0] == 0


def _browse_in_vain(address: str) -> None:
    with pytest.raises(httpx.HTTPError):
        browse(address)


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"PLAYRELAY_SECRET_KEY": ""}, "SECRET_KEY"),
        ({"PLAYRELAY_HUBSPOT_CLIENT_ID": ""}, "HUBSPOT_CLIENT_ID"),
        ({"PLAYRELAY_HUBSPOT_REFRESH_TOKEN": "r"}, "HUBSPOT_REFRESH_TOKEN"),
    ],
)
def test_settings_that_do_not_do(
    tmp_path: Path, hubspot: Sandbox, change: dict[str, str], variable: str
) -> None:
    """One line that names the variable; exit status 2."""
    ended = run("connect", folder=tmp_path, **settings(hubspot) | change)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"PLAYRELAY_{variable}: ")
    assert ended.stderr.count("\n") == 1


def test_a_key_is_replaced_or_lost(tmp_path: Path, hubspot: Sandbox) -> None:
    """Both keys open; another alone stops the start; connecting anew makes that the right one."""
    assert connected(tmp_path, hubspot)[0] == 0
    both = settings(hubspot, PLAYRELAY_SECRET_KEY=f"{OTHER_KEY},{KEY}")
    assert run("doctor", folder=tmp_path, **both).returncode == 0
    other = {"PLAYRELAY_SECRET_KEY": OTHER_KEY}
    serve = run("serve", folder=tmp_path, **settings(hubspot, PLAYRELAY_PORT="0", **other))
    assert serve.returncode == 2
    assert serve.stderr.splitlines()[-1].startswith("PLAYRELAY_SECRET_KEY: ")
    assert connected(tmp_path, hubspot, **other)[0] == 0
    assert run("doctor", folder=tmp_path, **settings(hubspot, **other)).returncode == 0


def test_the_provider_is_named_and_its_events_shown(tmp_path: Path, hubspot: Sandbox) -> None:
    """The provider is set for an existing connection with the developer account's key, unseen."""
    assert connected(tmp_path, hubspot)[0] == 0
    wanted = ("connect", "--provider-name", "Acme player", "--show-in", "timeline,reporting")
    without = run(*wanted, folder=tmp_path, **settings(hubspot))
    assert without.returncode == 2
    assert without.stderr.startswith("PLAYRELAY_HUBSPOT_DEVELOPER_KEY: ")
    done = run(*wanted, folder=tmp_path, **settings(hubspot, **DEVELOPER))
    assert done.returncode == 0
    assert "the provider is called Acme player\n" in done.stdout
    assert "events show in reporting, timeline\n" in done.stdout
    assert "sandbox-developer-key" not in done.stdout + done.stderr
    wrong = {"PLAYRELAY_HUBSPOT_DEVELOPER_KEY": "wrong-key"}
    refused = run(*wanted, folder=tmp_path, **settings(hubspot, **wrong))
    assert refused.returncode == 1
    assert "hapikey is required" in refused.stderr
    assert "wrong-key" not in refused.stderr


def test_the_provider_is_named_with_oauth(tmp_path: Path, hubspot: Sandbox) -> None:
    """The provider is set with the granted scopes; if they are missing, the message says so."""
    scopes = {"PLAYRELAY_HUBSPOT_DEVELOPER_SCOPES": "true"}
    wanted = ("connect", "--provider-name", "Acme player")
    hubspot.world(provider_auth="oauth")
    assert connected(tmp_path, hubspot, **scopes)[0] == 0
    refused = run(*wanted, folder=tmp_path, **settings(hubspot, **scopes))
    assert refused.returncode == 1
    assert "the token lacks developers-write" in refused.stderr
    needed = ["media_bridge.write", "crm.objects.contacts.read", "media_bridge.read"]
    hubspot.world(scopes=[*needed, "developers-read", "developers-write"])
    done = run(*wanted, folder=tmp_path, **settings(hubspot, **scopes))
    assert (done.returncode, done.stderr) == (0, "")
    assert "the provider is called Acme player\n" in done.stdout


def test_disconnecting_revokes(tmp_path: Path, hubspot: Sandbox) -> None:
    """HubSpot revokes the tokens and the store forgets them; if HubSpot does not, it forgets none.

    Without tokens there is nothing to do, and the account can be connected again.
    """
    assert connected(tmp_path, hubspot)[0] == 0
    hubspot.faults({"path": "/oauth/2026-03/token/revoke", "status": 503})
    failed = run("connect", "--disconnect", folder=tmp_path, **settings(hubspot))
    assert failed.returncode == 1
    assert failed.stderr.startswith("playrelay: not disconnected: HubSpot says: ")
    hubspot.faults()
    assert run("doctor", folder=tmp_path, **settings(hubspot)).returncode == 0
    done = run("connect", "--disconnect", folder=tmp_path, **settings(hubspot))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"disconnected from {ACCOUNT}")
    asked = [(each["path"], each["status"]) for each in hubspot.requests()]
    assert asked[-1] == ("/oauth/2026-03/token/revoke", 204)
    examined = run("doctor", folder=tmp_path, **settings(hubspot))
    assert "run playrelay connect" in examined.stdout
    before = len(hubspot.requests())
    again = run("connect", "--disconnect", folder=tmp_path, **settings(hubspot))
    assert (again.returncode, len(hubspot.requests())) == (0, before)
    assert connected(tmp_path, hubspot)[0] == 0


def test_a_port_in_use_is_named(tmp_path: Path, hubspot: Sandbox) -> None:
    """The message names the option that chooses another port."""
    taken = httpx.URL(hubspot.address).port
    ended = run("connect", "--port", str(taken), folder=tmp_path, **settings(hubspot))
    assert ended.returncode == 1
    assert f"can't listen on port {taken}" in ended.stderr
    assert "--port" in ended.stderr
