"""Why sending is paused, and what to do about it, in words. Pure."""

from typing import Literal, NamedTuple

Level = Literal["good", "wait", "bad"]

PAUSES: dict[str, tuple[Level, str, str]] = {
    "rate_limited": (
        "wait",
        "HubSpot says that requests come too fast.",
        "If this is frequent, another integration shares the limit: lower PLAYRELAY_HUBSPOT_RATE.",
    ),
    "daily_limit": (
        "wait",
        "The HubSpot account has used up its requests for today.",
        "Nothing is lost: sending continues at midnight in the account's time zone.",
    ),
    "bad_token": (
        "bad",
        "HubSpot refuses the access token.",
        "Create a new one, set PLAYRELAY_HUBSPOT_ACCESS_TOKEN, and restart the relay.",
    ),
    "reinstall_needed": (
        "bad",
        "The app is no longer installed in the HubSpot account.",
        "Connect it again; if its refresh token is in the settings, set a new one there.",
    ),
    "not_connected": (
        "bad",
        "The HubSpot app is not installed in an account yet.",
        "Connect it on the page Connect. All plays are kept until then.",
    ),
    "missing_scope": (
        "bad",
        "The app lacks a permission.",
        "Grant it the scopes that playrelay doctor lists, and connect it again.",
    ),
    "refused_all": (
        "bad",
        "HubSpot refuses every event with the same message.",
        "The log has it. One event at a time is tried; all are sent once one is accepted.",
    ),
    "unavailable": (
        "wait",
        "HubSpot has failed several times in a row.",
        "Nothing to do: the relay keeps trying, and sends everything once HubSpot is back.",
    ),
}

CONNECTING = {"not_connected", "reinstall_needed", "missing_scope"}
"""Pauses that installing the app ends."""


class Pause(NamedTuple):
    """Why sending is paused. `detail`: in brackets, to be appended to a sentence; or empty."""

    reason: str
    level: Level
    says: str
    do: str
    detail: str

    @property
    def path(self) -> str:
        """The console's page that helps; empty: none."""
        return "/console/connect" if self.reason in CONNECTING else ""


def pause_of(said: str) -> Pause:
    """The pause that a stored reason stands for. `said`: the reason and its details."""
    reason, _, detail = said.partition(":")
    level, says, do = PAUSES.get(reason, ("wait", f"Sending is paused ({reason}).", ""))
    return Pause(reason, level, says, do, f" ({detail.strip()})" if detail else "")


def why_paused(said: str) -> str:
    """Why sending is paused, and what to do. `said`: the reason and its details."""
    pause = pause_of(said)
    words = f"{pause.says.removesuffix('.')}{pause.detail}. {pause.do}"
    return words.strip().removesuffix(".")
