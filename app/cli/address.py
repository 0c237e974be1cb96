"""Reads and writes the addresses of servers."""

import argparse
import errno

from app.domain.origin import OriginPolicy
from app.domain.url import Url, public_url


def local_address(host: str, port: int) -> str:
    """The address at which a browser on this machine finds a server that listens there."""
    host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def public_address(text: str) -> Url:
    """Parse the relay's public address, which may have a path.

    Raises ArgumentTypeError for anything else.
    """
    url = public_url(text)
    if url is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a URL: write one such as https://relay.example.com"
        )
    return url


def is_loopback(url: Url) -> bool:
    """Whether only browsers on the same machine reach it."""
    return OriginPolicy(loopback=True).allows(url.origin)


def no_port(error: OSError, host: str, number: int, sets_host: str, sets_port: str) -> str:
    """Why nothing can listen there, and the remedy. `sets_…`: the settings of address and port."""
    if error.errno == errno.EADDRINUSE:
        remedy = f"free the port, or set {sets_port}"
    elif error.errno == errno.EACCES:
        remedy = f"set {sets_port} to a port above 1023"
    else:
        remedy = f"{sets_host} is not an address of this machine: write 127.0.0.1, 0.0.0.0 or ::"
    return f"can't listen on {host}:{number} ({error.strerror}): {remedy}"
