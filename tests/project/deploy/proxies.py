"""Runs the reverse proxies with the files of deploy/, each as a process of its own."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.processes.waiting import until
from tests.project.deploy.files import tool


@contextmanager
def caddy(
    file: Path, home: Path, port: int, script: str, **settings: str
) -> Iterator[httpx.Client]:
    """Caddy with a file as it stands, on a port; the certificate is of its own making.

    `script`: the path of the tracker, which answers once it is up.
    """
    # Only for the test: no ports of the machine's, and no certificate authority put into it.
    given = file.read_text().replace(
        "admin off", "admin off\n\tauto_https disable_redirects\n\tskip_install_trust", 1
    )
    (home / "Caddyfile").write_text(given)
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        **settings,
    }
    command = [tool("caddy"), "run", "--config", str(home / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, home, environment) as process:
        root = home / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        until(f"{home}/log: the certificate", lambda: _is_whole(root))
        trusting = ssl.create_default_context(cafile=str(root))
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trusting) as client:
            until(f"{home}/log: it answers", lambda: _answers(process, client, script))
            yield client


def _is_whole(certificate: Path) -> bool:
    """Whether the file exists, and is complete."""
    end = b"-----END CERTIFICATE-----"
    return certificate.exists() and certificate.read_bytes().rstrip().endswith(end)


@contextmanager
def nginx(locations: str, home: Path, port: int, script: str) -> Iterator[httpx.Client]:
    """A site of nginx's with these locations, on a port."""
    (home / "locations").write_text(locations)
    temporary = "\n".join(
        f"{each}_temp_path {home}/{each};"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    owner = "user root;" if os.geteuid() == 0 else ""
    (home / "nginx.conf").write_text(f"""
        {owner}
        daemon off;
        pid {home}/pid;
        error_log {home}/log;
        events {{}}
        http {{
            access_log off;
            {temporary}
            server {{
                listen 127.0.0.1:{port};
                include {home}/locations;
                location / {{ return 404; }}
            }}
        }}
    """)
    command = [tool("nginx"), "-p", str(home), "-c", f"{home}/nginx.conf"]
    with (
        _running(command, home, dict(os.environ)) as process,
        httpx.Client(base_url=f"http://localhost:{port}") as client,
    ):
        until(f"{home}/log: it answers", lambda: _answers(process, client, script))
        yield client


@contextmanager
def _running(
    command: list[str], home: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (
        (home / "log").open("ab") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,  # noqa: S603 - the proxy
    ):
        try:
            yield process
        finally:
            process.terminate()


def _answers(process: subprocess.Popen[bytes], client: httpx.Client, script: str) -> bool:
    assert process.poll() is None, "it has ended"
    try:
        return client.get(script).is_success
    except httpx.HTTPError:
        return False
