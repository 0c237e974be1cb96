"""Checks the environment's proxies and certificates, which the HTTP client reads by itself."""

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

_CERTIFICATE = b"CERTIFICATE-----"
_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")


def network_faults(environment: Mapping[str, str]) -> list[str]:
    """Return a line for each variable at which the HTTP client would fail."""
    return [
        *_proxies(environment),
        *_exceptions(environment),
        *_certificates(environment),
    ]


def _proxies(environment: Mapping[str, str]) -> Iterator[str]:
    for name in (*_PROXIES, *map(str.lower, _PROXIES)):
        value = environment.get(name, "")
        if not value:
            continue
        address = value if "://" in value else f"http://{value}"
        try:
            proxy = httpx.Proxy(address)
            urlsplit(address).port  # noqa: B018 - reading it checks the range
        except (ValueError, httpx.InvalidURL):
            yield f"{name}: is not a proxy's address: write http://host:port, or unset it"
            continue
        if proxy.url.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
            yield (
                f"{name}: names a SOCKS proxy, for which the package socksio is missing: install "
                "it (pip install socksio), name an http:// proxy, or unset it"
            )


def _exceptions(environment: Mapping[str, str]) -> Iterator[str]:
    for name in ("NO_PROXY", "no_proxy"):
        for entry in map(str.strip, environment.get(name, "").split(",")):
            if not _is_pattern(entry):
                yield (
                    f"{name}: the HTTP client can't read {entry!r}: write a host, or an IPv6 "
                    "address without brackets and prefix length"
                )


def _is_pattern(entry: str) -> bool:
    """Whether httpx can make a pattern of it: https://github.com/encode/httpx, `_utils.py`."""
    if not entry or entry == "*":
        return True
    bare = entry.split("/", maxsplit=1)[0]
    if "://" in entry:
        address = entry
    elif ":" in bare and bare.count(":") > 1 and "[" not in bare:
        address = f"all://[{entry}]"
    else:
        address = f"all://*{entry}"
    try:
        httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return True


def _certificates(environment: Mapping[str, str]) -> Iterator[str]:
    file, folder = environment.get("SSL_CERT_FILE", ""), environment.get("SSL_CERT_DIR", "")
    if file and (reason := _unusable(Path(file))):
        yield f"SSL_CERT_FILE: {file} can't be used ({reason}): correct it, or unset it"
    if folder and not file and not Path(folder).is_dir():
        yield f"SSL_CERT_DIR: {folder} is not a folder: correct it, or unset it"


def _unusable(bundle: Path) -> str:
    """Why the file can't be used; or "". It is not parsed: that takes a tenth of a second."""
    try:
        return "" if _CERTIFICATE in bundle.read_bytes() else "it has no certificates"
    except OSError as error:
        return error.strerror or type(error).__name__
