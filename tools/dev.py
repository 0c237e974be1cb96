"""`make dev`: the relay with the sandbox, restarted when a file changes, and a filled console.

It has a store of its own, data/dev.db; delete that to begin anew.
"""

import os
import sys
import threading
import time
from pathlib import Path

import httpx
from watchfiles import PythonFilter, run_process

from tools.sample import send

ROOT = Path(__file__).parent.parent
STORE = ROOT / "data" / "dev.db"
WATCHED = (ROOT / "app", ROOT / "static" / "playrelay.js", ROOT / "static" / "adapters")
SETTINGS = {
    "PLAYRELAY_SANDBOX": "true",
    "PLAYRELAY_DATABASE_URL": f"sqlite:///{STORE}",
    "PLAYRELAY_PINGS_PER_MINUTE": "0",
}
START_SECONDS = 30


def main() -> None:
    """Run until interrupted."""
    os.environ.update(SETTINGS)
    address = f"http://127.0.0.1:{os.environ.get('PLAYRELAY_PORT', '8000')}"
    if not STORE.exists():
        threading.Thread(target=_fill, args=[address], daemon=True).start()
    files = PythonFilter(extra_extensions=(".css", ".html", ".js"))
    run_process(*WATCHED, target=f"{sys.executable} -m app serve", watch_filter=files)


def _fill(address: str) -> None:
    """Send the sample plays once the relay answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/readyz").raise_for_status()
            sys.stderr.write(f"{send(address, int(time.time() * 1000))} sample plays sent\n")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    main()
