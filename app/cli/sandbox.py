"""`playrelay sandbox`: run only the HubSpot sandbox."""

import argparse
import time

import uvicorn

from app.cli.address import no_port
from app.cli.arguments import port_number, positive
from app.cli.terminal import fail, say
from app.sandbox.app import create_sandbox
from app.sandbox.config import SandboxConfig
from app.sandbox.connection import DroppableProtocol
from app.telemetry.logs import configure_logs
from app.web.server.embedded import listen
from app.web.server.public import RelayServer


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add its address, and its rate limit."""
    verb.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    verb.add_argument(
        "--port", type=port_number, default=8001, help="port, 0 for any (%(default)s)"
    )
    verb.add_argument("--rate", type=positive, default=110, help="requests per 10 s (%(default)s)")
    verb.set_defaults(run=sandbox)


def sandbox(given: argparse.Namespace) -> int:
    """Run the sandbox until it is told to stop."""
    configure_logs("info", None)
    world = SandboxConfig(rate=given.rate)
    app = create_sandbox(world, time.time)
    try:
        bound = listen(given.host, given.port)
    except OSError as error:
        said = no_port(error, given.host, given.port, "--host", "--port")
        return fail(said)
    with bound:
        address = f"http://{given.host}:{bound.getsockname()[1]}"

        def announce() -> None:
            say(
                f"HubSpot sandbox on {address}\n"
                f"  PLAYRELAY_HUBSPOT_BASE_URL={address}\n"
                f"  PLAYRELAY_HUBSPOT_ACCESS_TOKEN={world.credentials.access_token}\n"
                f"  or, to connect an app: PLAYRELAY_HUBSPOT_APP_URL={address}\n"
                f"  PLAYRELAY_HUBSPOT_CLIENT_ID={world.credentials.client_id}\n"
                f"  PLAYRELAY_HUBSPOT_CLIENT_SECRET={world.credentials.client_secret}\n"
                f"  received events: {address}/sandbox/events",
                error=True,
            )

        config = uvicorn.Config(
            app, http=DroppableProtocol, ws="none", log_config=None, access_log=False
        )
        RelayServer(config, announce, app.state.ledger.close_streams).run([bound])
    return 0
