"""The checks of `doctor` on the store's figures, and on settings that are valid but wrong."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.config import Settings
from app.doctor.examine import examine
from app.doctor.outcomes import LATE_MS, outcomes, steps
from app.doctor.settings import examine_settings
from app.domain.destination import Destination
from app.domain.outcome import Paused, Retry, Status
from app.domain.timestamps import DAY_MS
from app.explain.pauses import PAUSES, why_paused
from app.runtime.clock import now_ms
from app.store.console_records import CLOCK, AuditEntry
from app.store.event_reports import Depths, Rest
from app.store.sqlite.database import open_sqlite
from tests.store.setting import claimed, played, policy, settle
from tests.system.sites.town import account

WELL = Depths(
    inbox=0,
    inbox_age=0,
    outbox={
        "due": 1,
        "sending": 0,
        "waiting": 2,
        "delivered": 9,
        "unattributed": 0,
        "rejected": 0,
        "discarded": 0,
    },
    due_age=1_000,
    strangers=2,
    quarantined=0,
    paused_until=0,
    pause_reason="",
    quota_used=3,
    requests_today=1_000,
    errors_today=5,
)


def failing(depths: Depths, folder: Path) -> list[str]:
    """The subjects at fault."""
    settings = Settings(database_url=f"sqlite:///{folder}/data/relay.db")
    return [each.subject for each in outcomes(settings, depths) if each.advice]


def test_all_is_well(tmp_path: Path) -> None:
    """A store that delivers has no fault."""
    assert failing(WELL, tmp_path) == []


@pytest.mark.parametrize(
    ("depths", "subject"),
    [
        (replace(WELL, outbox={**WELL.outbox, "rejected": 1}), "events"),
        (replace(WELL, due_age=LATE_MS + 1), "delivery"),
        (replace(WELL, inbox=4, inbox_age=LATE_MS + 1), "delivery"),
        (replace(WELL, errors_today=41), "errors"),
        (replace(WELL, resting=(Rest("custom-events", 9, "missing_scope"),)), "delivery"),
    ],
)
def test_what_came_of_the_events(depths: Depths, subject: str, tmp_path: Path) -> None:
    """Rejected events, late ones and a day of errors are each a fault of their own."""
    assert failing(depths, tmp_path) == [subject]


@pytest.mark.parametrize("reason", PAUSES)
def test_a_pause_says_what_to_do(reason: str, tmp_path: Path) -> None:
    """The finding uses the console's words, because a reason's code says nothing to people."""
    _, says, todo = PAUSES[reason]
    settings = Settings(database_url=f"sqlite:///{tmp_path}/data/relay.db")
    resting = replace(WELL, resting=(Rest("custom-events", 9, f"{reason}: HTTP 503"),))
    (line,) = [str(each) for each in outcomes(settings, resting) if "is paused" in each.says]
    assert line.endswith(f": {says[:-1]} (HTTP 503). {todo[:-1]}")


async def test_a_paused_account_says_what_to_do(tmp_path: Path) -> None:
    """The finding uses the same words as for a paused destination."""
    store = await open_sqlite(f"sqlite:///{tmp_path}/relay.db", policy("passthrough"))
    try:
        now = now_ms()
        await played(store, now)
        job = await claimed(store, now)
        pause = Paused(now + DAY_MS, "bad_token")
        await settle(store, job, Retry(now + DAY_MS, "bad_token"), pause, now)
        settings = Settings(sandbox=True, database_url=f"sqlite:///{tmp_path}/relay.db")
        found = [each async for each in examine(settings, store)]
    finally:
        await store.close()
    assert found[0].advice == why_paused("bad_token")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"trusted_proxies": ("*",)}, "PLAYRELAY_TRUSTED_PROXIES is *"),
        ({"database_url": "postgresql://u:p@db:6432/relay"}, "add pooler=true"),
        ({"database_url": "postgresql://u:p@x-pooler.eu.example/relay"}, "add pooler=true"),
    ],
)
def test_settings_that_are_valid_and_still_wrong(
    values: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Proxies that anybody can pretend to be; a pooler that was not named."""
    monkeypatch.chdir(tmp_path)
    finding = examine_settings(Settings.model_validate(values))
    assert said in finding.advice
    assert ":p@" not in finding.advice


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nowhere.toml", None, "nowhere.toml: cannot be read (No such file or directory)"),
        ("media.csv", "externalId;duration\nfilm;long\n", "media.csv, line 2: duration"),
    ],
)
def test_a_catalogue_that_the_next_start_would_stop_at(
    name: str, content: str | None, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A process that reads catalogues reports it; one that only takes pings needs none."""
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path(name).write_text(content)
    assert examine_settings(Settings(catalogue=Path(name))).advice.startswith(said)
    collecting = Settings(catalogue=Path(name), role="collect", allowed_origins=("*",))
    assert examine_settings(collecting).advice == ""


def test_a_sites_catalogue_is_read_as_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The check reads the catalogues of sites as well, and each file once."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sites.toml").write_text(
        account("acme", "http://127.0.0.1:9", "token", 'catalogue = "gone.toml"')
    )
    advice = examine_settings(Settings(sites=tmp_path / "sites.toml")).advice
    assert advice.count("gone.toml: cannot be read") == 1


@pytest.mark.parametrize(("at", "expected"), [(99, 1), (101, 1), (100 - 24 * 60 * 60 * 1000, 0)])
def test_a_clock_that_stepped(at: int, expected: int) -> None:
    """It is shown for a day, even if its entry has the time of the wrong clock."""
    change = AuditEntry(2, 100, "ann", "requeue", "all", 3)
    entries = [change, AuditEntry(1, at, "playrelay", CLOCK, "stepped by -3600 s", 4)]
    found = list(steps(entries, 100))
    assert len(found) == expected
    assert all(each.advice and "-3600 s" in each.says for each in found)


def test_rejections_are_told_apart_by_destination(tmp_path: Path) -> None:
    """Rejections are counted by destination, because they have causes of their own."""
    elsewhere: dict[Destination, dict[Status, int]] = {"custom-events": {"rejected": 3, "due": 1}}
    depths = replace(WELL, outbox={**WELL.outbox, "rejected": 5}, elsewhere=elsewhere)
    settings = Settings(database_url=f"sqlite:///{tmp_path}/data/relay.db")
    says = [each.says for each in outcomes(settings, depths) if each.subject == "events"]
    assert says == ["5 events are rejected, 3 by custom-events"]
