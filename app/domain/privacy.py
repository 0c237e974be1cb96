"""What an address must lose before it is stored or sent: what names people, not pages.

Three kinds of things go: identifiers that networks hang on a click (they name the visitor, and
scatter one page over thousands of addresses), values that look like a mail address or a telephone
number, and, in addresses of media, the credentials of signed URLs. `utm_*` says nothing of a
person and stays. In a query the whole parameter goes; in a path the segment is masked, because a
path with a hole in it is another path. What stays keeps its bytes and its order. A route is cleaned
like a path and a query, and of credentials too: sign-ins leave them in fragments.
"""

import re
from urllib.parse import unquote

from msgspec.structs import replace

from app.domain.url import Url

MASK = "redacted"

_NESTING = 4  # how many times over a value may be percent-encoded and still be understood

_CLICK_IDENTIFIER = re.compile(
    r"""
    __?hs[a-z]* | hsa_.* | hsctatracking | hsutk | hubspotutk   # HubSpot; hsLang is none
    | gclid | gclsrc | dclid | gbraid | wbraid | gad_source | gad_campaignid | srsltid
    | _ga | _gl | _gac                                          # Google
    | fbclid | fbc | fbp | igshid | igsh                        # Meta
    | msclkid | ttclid | twclid | li_fat_id | epik | rdt_cid | sccid | ndclid | qclid
    | yclid | ysclid | _openstat                                # Yandex
    | mc_eid | mc_cid | mkt_tok | vero_id | vero_conv | s_cid   # mailing and analytics suites
    | _kx | __s | ml_subscriber | ml_subscriber_hash | oly_anon_id | oly_enc_id | bsft_.*
    | wickedid | irclickid | cjevent | rb_clickid | _branch_match_id
    """,
    re.IGNORECASE | re.VERBOSE,
)

_CREDENTIAL = re.compile(
    r"""
    x-(?:amz|goog|oss|cos|tos|bz|ms|ver)-.*                     # S3 and its likes
    | awsaccesskeyid | googleaccessid | ossaccesskeyid
    | signature | sig | sign | hmac | md5
    | policy | key-pair-id | expires | expiry | exp             # CloudFront and others
    | (?:.*[_-])?(?:token|jwt|password|secret) | token_.* | wowzatoken.*
    | auth | auth[_-]?key | authorization | api[_-]?key | verify
    | hdnts | hdnea | hdntl                                     # Akamai
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Each alternative also matches any longer text that begins alike: cutting an address afterwards
# can thus never bring a match about.
_PERSONAL = re.compile(
    r"""
    [^\s@/=&?\#;,:] @ (?:[\w-]+\.)+ [^\W\d_]{2}                 # a mail address
    | ^\s* \+ [1-9] (?:[\s().-]*\d){7}                          # a telephone number: +49 30 1234567
    | (?:_hs[a-z]+|hubspotutk) =                                # a HubSpot link inside a link
    """,
    re.IGNORECASE | re.VERBOSE,
)


def scrub(url: Url, *, credentials: bool = False) -> Url:
    """The address without what identifies a person; optionally without signed URLs' credentials."""
    return replace(
        url,
        path=_path(url.path),
        query=_query(url.query, credentials=credentials),
        route=_route(url.route),
    )


def _path(path: str) -> str:
    return "/".join(MASK if is_personal(part) else part for part in path.split("/"))


def _query(query: str, *, credentials: bool) -> str:
    def stays(parameter: str) -> bool:
        named = _identifying(parameter, credentials=credentials)
        return not (named or is_personal(parameter.partition("=")[2]) or is_personal(parameter))

    return "&".join(filter(stays, query.split("&"))) if query else ""


def _route(route: str) -> str:
    """Remove parameters that a site put into a segment of a route: "/access_token=…&scope=…"."""

    def masked(part: str) -> str:
        parameters = re.split("[&;]", part) if "=" in part else ()
        named = any(_identifying(each, credentials=True) for each in parameters)
        return MASK if named or is_personal(part) else part

    bang = route[: route.startswith("!")]
    path, _, query = route[len(bang) :].partition("?")
    query = _query(query, credentials=True)
    return bang + "/".join(map(masked, path.split("/"))) + (f"?{query}" if query else "")


def _identifying(parameter: str, *, credentials: bool) -> bool:
    """Whether a parameter's name is that of a click identifier or a credential."""
    name = _readings(parameter.partition("=")[0])[-1]
    name = name.rpartition(";")[2]  # a link that was escaped twice says "&amp;gclid="
    return bool(_CLICK_IDENTIFIER.fullmatch(name) or (credentials and _CREDENTIAL.fullmatch(name)))


def is_personal(written: str) -> bool:
    """Whether a value looks like a mail address, a telephone number, or a link that names one."""
    return any(map(_PERSONAL.search, _readings(written)))


def _readings(written: str) -> list[str]:
    """The text as written, then decoded once, twice, … until nothing is left to decode."""
    readings = [written]
    while len(readings) <= _NESTING and (text := unquote(readings[-1])) != readings[-1]:
        readings.append(text)
    return readings
