"""A real relay sends the summary of a week that its plays come to."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.domain.weekly import WEEKDAYS, Weekly
from app.runtime.clock import now_ms
from tests.processes.receiver import Receiver
from tests.processes.relay import Relay
from tests.processes.waiting import until

TOKYO = "Asia/Tokyo"
HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS
SENT_LONG_AGO = "UPDATE alert_turn SET summary_at = 1000"


def test_a_summary_is_sent_once(tmp_path: Path) -> None:
    """It holds figures and media, no visitor; what was played since that week is not in it."""
    day = WEEKDAYS[(datetime.now(ZoneInfo(TOKYO)) - timedelta(3)).weekday()]
    due, _ = Weekly(day, 0, TOKYO).due(now_ms())
    with (
        Receiver() as receiver,
        Relay(
            tmp_path,
            "http://127.0.0.1:9",
            alert_webhook_url=f"{receiver.address}/hook",
            alert_after_seconds="0",
            summary_day=day,
            summary_hour="0",
            time_zone=TOKYO,
        ) as relay,
    ):
        relay.started()
        for number, days in enumerate((0, 1, 1, 8)):
            at = due + HOUR_MS - days * DAY_MS
            relay.watch(f"s{number}", 50, occurredTimestamp=at, mediaName="Film")
        until("all are folded", lambda: relay.metric("playrelay_folded_pings_total") == 4)
        with closing(sqlite3.connect(relay.database, timeout=20)) as db, db:
            db.execute(SENT_LONG_AGO)
        (body,) = receiver.bodies(1)
        assert body["kind"] == "summary"
        figures = {each["key"]: each for each in body["summary"]["figures"]}
        assert (figures["plays"]["value"], figures["plays"]["before"]) == (2, 1)
        assert (figures["viewers"]["value"], figures["viewers"]["before"]) == (1, 1)
        assert body["summary"]["media"] == [{"name": "Film", "plays": 2, "before": 1}]
        relay.stop()
        relay.started()
        relay.verb("alert", "test")
        assert [each["kind"] for each in receiver.bodies(2)] == ["summary", "test"]
