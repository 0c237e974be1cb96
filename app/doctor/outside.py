"""Checks the public address with the requests that a browser on an allowed site sends."""

import ssl
from collections.abc import AsyncIterator, Sequence

import httpx

from app.config import AccountSettings
from app.doctor.finding import Finding
from app.documents import see
from app.domain.origin import OriginPolicy
from app.domain.url import Url

STRANGER = "https://stranger.invalid"
"""An origin that no operator allows, unless all origins are allowed."""

CLOSED = ("/metrics", "/openapi.json", "/console")
_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"


async def examine_from_outside(
    url: Url, accounts: Sequence[AccountSettings], files: Sequence[str]
) -> AsyncIterator[Finding]:
    """Run every check of the public address. `files`: those that a page may load from there."""
    address = str(url).rstrip("/")
    async with httpx.AsyncClient(timeout=20, follow_redirects=False) as http:
        try:
            await http.get(f"{address}/playrelay.js")
        except httpx.HTTPError as error:
            yield _unreachable(address, error)
            return
        yield _tls(url)
        yield await _scripts(http, address, files)
        for origin in dict.fromkeys(_origin(each) for each in accounts):
            if origin:
                yield await _ping(http, address, origin)
                yield await _preflight(http, address, origin)
        if not any("*" in each.settings.allowed_origins for each in accounts):
            yield await _stranger(http, address)
        for path in CLOSED:
            yield await _closed(http, address, path)


def _unreachable(address: str, error: httpx.HTTPError) -> Finding:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError) or _CERTIFICATE in str(cause):
            return Finding(
                "TLS", f"{address} has no certificate that browsers trust", "renew or replace it"
            )
        cause = cause.__cause__ or cause.__context__
    name = type(error).__name__
    return Finding("address", f"{address} can't be reached ({name})", "check DNS and the proxy")


def _tls(url: Url) -> Finding:
    if url.scheme == "https":
        return Finding("TLS", "the certificate is one that browsers trust")
    if OriginPolicy(loopback=True).allows(url.origin):
        return Finding("TLS", "not needed on this machine")
    return Finding("TLS", "is missing", "use https: pages with https load no script over http")


async def _scripts(http: httpx.AsyncClient, address: str, files: Sequence[str]) -> Finding:
    for file in files:
        answer = await http.get(f"{address}/{file}", headers={"origin": STRANGER})
        if answer.status_code != httpx.codes.OK:
            says = f"/{file} answers {answer.status_code}"
            return Finding("script", says, "let the proxy pass /playrelay.js and /adapters/")
        if "javascript" not in answer.headers.get("content-type", ""):
            return Finding("script", f"/{file} is not JavaScript", "check what answers there")
        if answer.headers.get("access-control-allow-origin") != "*":
            says = f"/{file} lacks Access-Control-Allow-Origin"
            return Finding("script", says, "let the proxy keep the relay's headers")
    return Finding("script", f"all {len(files)} files are served")


def _origin(account: AccountSettings) -> str:
    """An origin that the account allows; an example for a wildcard; or ""."""
    for entry in account.settings.allowed_origins:
        if entry == "*":
            return "https://www.example.com"
        if entry != "null":
            return entry.replace("//*.", "//www.", 1)
    return ""


async def _ping(http: httpx.AsyncClient, address: str, origin: str) -> Finding:
    """Send an empty ping: it is refused as invalid, so nothing is stored."""
    answer = await http.post(
        f"{address}/v1/progress",
        content=b"{}",
        headers={"origin": origin, "content-type": "text/plain"},
    )
    if answer.status_code == httpx.codes.FORBIDDEN:
        return Finding("pings", f"{origin} is refused", "let the proxy pass the Origin header")
    if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
        says = f"/v1/progress answers {answer.status_code} to an empty ping"
        return Finding("pings", says, "let the proxy pass POST /v1/progress with its body")
    if answer.headers.get("access-control-allow-origin") not in {origin, "*"}:
        says = f"the answer to {origin} lacks Access-Control-Allow-Origin"
        return Finding("pings", says, "let the proxy keep the relay's headers")
    return Finding("pings", f"{origin} may send")


async def _preflight(http: httpx.AsyncClient, address: str, origin: str) -> Finding:
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    answer = await http.options(f"{address}/v1/progress", headers=asked)
    allowed = answer.headers.get("access-control-allow-headers", "").lower()
    if not answer.is_success or "content-type" not in allowed:
        says = f"OPTIONS /v1/progress answers {answer.status_code}"
        return Finding("preflight", says, "let the proxy pass OPTIONS to the relay")
    return Finding("preflight", f"{origin} may send JSON")


async def _stranger(http: httpx.AsyncClient, address: str) -> Finding:
    answer = await http.post(f"{address}/v1/progress", content=b"{}", headers={"origin": STRANGER})
    if answer.status_code == httpx.codes.FORBIDDEN:
        return Finding("strangers", "sites that are not allowed are refused")
    says = f"a site that is not allowed gets {answer.status_code}"
    return Finding("strangers", says, "let the proxy keep the Origin header")


async def _closed(http: httpx.AsyncClient, address: str, path: str) -> Finding:
    answer = await http.get(f"{address}{path}", headers={"accept": "text/html"})
    if answer.status_code == httpx.codes.OK:
        return Finding(
            "closed",
            f"{path} is open to everybody",
            f"close it in the proxy: {see('operations', 'the-reverse-proxy')}",
        )
    return Finding("closed", f"{path} answers {answer.status_code}")
