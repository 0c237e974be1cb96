"""The app as a HubSpot project: the files that HubSpot's command line uploads. Pure.

https://developers.hubspot.com/docs/apps/developer-platform/build-apps/app-configuration
"""

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from app.oauth.install import RequestedScopes

AppAuth = Literal["oauth", "static"]

PLATFORM_VERSION = "2026.03"
"""Of HubSpot's developer platform. Its own tools suggest this one (checked on 2026-11-28)."""

NAME = "playrelay"
PROJECT_FILE = "hsproject.json"
APP_FILE = "src/app/app-hsmeta.json"


def project_files(
    auth: AppAuth, scopes: RequestedScopes, redirect_urls: Sequence[str]
) -> Mapping[str, str]:
    """Each file's text by its path in the project's folder.

    `scopes`: those that the authorise address asks for, for HubSpot refuses one that the app does
    not declare. An app with static auth is installed in the one account by HubSpot itself: it has
    neither redirect URLs nor optional scopes.
    """
    project = {"name": NAME, "srcDir": "src", "platformVersion": PLATFORM_VERSION}
    details: dict[str, object] = {"type": auth}
    if auth == "oauth":
        details["redirectUrls"] = list(redirect_urls)
        details["requiredScopes"] = list(scopes.needed)
        details["optionalScopes"] = list(scopes.optional)
    else:
        details["requiredScopes"] = [*scopes.needed, *scopes.optional]
    app = {
        "uid": "playrelay_app",
        "type": "app",
        "config": {
            "name": NAME,
            "description": "Puts what visitors watch on their contacts, by the Media Bridge.",
            "distribution": "private",
            "auth": details,
        },
    }
    return {PROJECT_FILE: _text(project), APP_FILE: _text(app)}


def _text(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
