"""Operators' addresses on a port of their own, where the public port is published whole."""

import secrets

from starlette.types import Scope, Send

from app.collect.problem import STATUS, problem

PATHS = frozenset({"/", "/healthz", "/readyz", "/metrics", "/openapi.json"})
TREES = ("/console", "/demo", "/api")
"""What is not for the public: these paths, and everything below these."""


NOTHING = "there is nothing at this address: pings go to POST /v1/progress"
"""What is hidden is answered as what does not exist."""


class InternalPort:
    """Says which requests are answered on the internal port alone. `port`: None, there is none."""

    def __init__(self, port: int | None) -> None:
        self._port = port

    def hides(self, scope: Scope) -> bool:
        """Whether a request on the public port asks for an operator's address."""
        return (
            self._port is not None
            and scope["type"] == "http"
            and is_internal(scope["path"])
            and scope["server"][1] != self._port  # the socket's own, not what a header says
        )

    async def answer(self, send: Send) -> None:
        """Answer as for a path that does not exist."""
        instance = secrets.token_hex(6)
        body = problem("not_found", NOTHING, instance)
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"x-request-id", instance.encode()),
        ]
        status = STATUS["not_found"]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def is_internal(path: str) -> bool:
    """Whether a path is for operators."""
    return path in PATHS or any(path == tree or path.startswith(f"{tree}/") for tree in TREES)
