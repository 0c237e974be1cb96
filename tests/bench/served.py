"""The relay as `playrelay serve` runs it; with `--unlimited` its server counts nothing.

Everything else that is limited has a setting.
"""

import sys

from app.config import load_settings
from app.web.app import create_app
from app.web.server.embedded import listen
from app.web.server.joined import JoinedProtocol
from app.web.server.public import RelayServer, public_config


def main() -> None:
    """Serve until told to stop, by the settings of the environment."""
    settings = load_settings(None)
    app = create_app(settings)
    config = public_config(app, app.refusals, settings.trusted_proxies, settings.keepalive_seconds)
    if "--unlimited" in sys.argv:
        config.http = JoinedProtocol
    with listen("127.0.0.1", settings.port) as bound:

        def close_streams() -> None:
            app.state.relay.close_streams()

        server = RelayServer(config, lambda: None, close_streams)
        server.run([bound])


if __name__ == "__main__":
    main()
