"""A real relay tells by mail, through a real SMTP server, what is wrong."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.runtime.clock import now_ms
from tests.processes.mailbox import PASSWORD, USER, certificate, mailbox
from tests.processes.relay import Relay


def test_mail_tells_what_is_wrong(tmp_path: Path) -> None:
    """Mail is sent over TLS, with a password from a file that no log repeats."""
    context, trusted = certificate(tmp_path)
    (tmp_path / "password").write_text(PASSWORD)
    with (
        mailbox(context, signs_in=True) as box,
        Relay(
            tmp_path / "relay",
            "http://127.0.0.1:9",
            smtp_host="localhost",
            smtp_port=str(box.port),
            smtp_user=USER,
            smtp_password_file=f"{tmp_path}/password",
            alert_mail_from="relay@example.com",
            alert_mail_to="ops@example.com",
            alert_after_seconds="0",
        ) as relay,
    ):
        relay.settings["SSL_CERT_FILE"] = f"{trusted}"
        relay.started()
        with closing(sqlite3.connect(relay.database, timeout=20)) as db, db:
            db.execute(
                "INSERT INTO quarantine (received_at, body, fault) VALUES (?, x'', 'x')",
                (now_ms(),),
            )
        (mail,) = box.arrived(1)
        assert mail["subject"] == "playrelay: 1 ping could not be processed."
        tried = relay.verb("alert", "test")
        assert (tried.returncode, tried.stdout) == (0, "ok   mail: taken\n")
        assert PASSWORD not in relay.said + tried.stdout + tried.stderr
