"""Answers requests that the server refuses before they are routed."""

import secrets
import time
from collections.abc import Callable

from app.collect.problem import STATUS, Reason, problem
from app.telemetry.metrics import Tally, refused_requests
from app.telemetry.refusal_log import RefusalLog

_PHRASES = {
    400: b"Bad Request",
    413: b"Content Too Large",
    431: b"Request Header Fields Too Large",
}


class ServerRefusals:
    """Counts, logs and answers refused requests. `clock`: seconds, monotonic."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.tally: Tally = refused_requests()
        self._log = RefusalLog("request_refused", clock)

    def response(self, reason: Reason, detail: str) -> bytes:
        """Count a refusal; returns the whole response, after which the connection ends."""
        instance = secrets.token_hex(6)
        self.tally.count(reason)
        self._log.note(reason, request=instance)
        body = problem(reason, detail, instance)
        status = STATUS[reason]
        return b"".join(
            (
                b"HTTP/1.1 %d %b\r\n" % (status, _PHRASES[status]),
                b"content-type: application/problem+json\r\n",
                b"content-length: %d\r\n" % len(body),
                b"x-request-id: %b\r\n" % instance.encode(),
                # It has no personal data, and a page's script should be able to read the reason.
                b"access-control-allow-origin: *\r\n",
                b"connection: close\r\n\r\n",
                body,
            )
        )
