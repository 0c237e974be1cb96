"""The load: wrk on the second core, no two pings alike, closed loop."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.bench.pings import ping_format

_SCRIPT = """
local sent = 0
wrk.method = 'POST'
wrk.headers['Content-Type'] = 'text/plain'
wrk.headers['Origin'] = 'https://www.example.com'
function init() sent = os.time() % 10 ^ 6 * 10 ^ 6 end
function request()
    sent = sent + 1
    local share = sent % 99 + 1
    local body = string.format('@', sent % 5000, sent % 300, sent, share, 100 - share, share)
    return wrk.format(nil, nil, nil, body)
end
"""
"""Sessions never repeat; visitors and pages do, as they would."""

_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True)
class Load:
    """The result of one run of wrk: answers in all and a second, latencies in ms."""

    answers: int
    per_second: float
    p50: float
    p99: float


def wrk_path() -> str | None:
    """The path of wrk; None if it is not installed."""
    return shutil.which("wrk")


def post(url: str, connections: int, seconds: int) -> Load:
    """POST pings to `url` over so many connections. RuntimeError if any is refused."""
    with tempfile.TemporaryDirectory() as folder:
        lua = Path(folder) / "post.lua"
        lua.write_text(_SCRIPT.replace("@", ping_format()))
        command = [wrk_path() or "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
        if (os.cpu_count() or 1) > 1 and shutil.which("taskset"):
            command = ["taskset", "-c", "1", *command]
        done = subprocess.run(  # noqa: S603 - our own
            [*command, "-s", str(lua), f"{url}/v1/progress"],
            capture_output=True,
            text=True,
            check=True,
        )
    return _read(done.stdout)


def _read(report: str) -> Load:
    def latency(percentile: int) -> float:
        found = re.search(rf"{percentile}%\s+([\d.]+)(us|ms|s)\b", report)
        if found is None:
            raise ValueError(f"wrk said nothing of the {percentile}th percentile:\n{report}")
        return float(found[1]) * _UNITS[found[2]]

    rate = re.search(r"Requests/sec:\s+([\d.]+)", report)
    if rate is None:
        raise ValueError(f"wrk gave no rate:\n{report}")
    if failed := re.search(r"Non-2xx or 3xx responses: (\d+)", report):
        raise RuntimeError(f"{failed[1]} pings were refused")
    answers = re.search(r"(\d+) requests in", report)
    if answers is None:
        raise ValueError(f"wrk counted no answers:\n{report}")
    return Load(int(answers[1]), float(rate[1]), latency(50), latency(99))
