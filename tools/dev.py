"""`make dev`: the relay with the sandbox, restarted when a file changes, and a filled console.

It has a store of its own, data/dev-sandbox.db; delete that to begin anew.
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
STORE = ROOT / "data" / "dev-sandbox.db"
"""The sandbox's store, beside the one that is named below."""
WATCHED = (ROOT / "app", ROOT / "static" / "playrelay.js", ROOT / "static" / "adapters")
SETTINGS = {
    "PLAYRELAY_SANDBOX": "true",
    "PLAYRELAY_DATABASE_URL": f"sqlite:///{ROOT / 'data' / 'dev.db'}",
    "PLAYRELAY_PINGS_PER_MINUTE": "0",
}
RETRY_SECONDS = 0.2


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
    while True:
        try:
            httpx.get(f"{address}/readyz").raise_for_status()
            sys.stderr.write(f"{send(address, int(time.time() * 1000))} sample plays sent\n")
        except httpx.HTTPError:  # it starts, or it has just been restarted
            time.sleep(RETRY_SECONDS)
        else:
            return


if __name__ == "__main__":
    main()
