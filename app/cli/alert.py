"""`playrelay alert test`: send a sample to each channel, and print the answers."""

import argparse
import asyncio
from collections.abc import Sequence
from secrets import token_hex

from app.alerts.channel import Channel, Sent
from app.alerts.message import Message, Origin, sample
from app.cli.arguments import acts_of, add_act
from app.cli.terminal import say
from app.config import PREFIX, SettingsError, load_settings
from app.runtime.alerts import channels_of
from app.runtime.clock import now_ms
from app.telemetry.logs import configure_logs

_SETTINGS = {"webhook": "ALERT_WEBHOOK_URL", "mail": "SMTP_HOST and the other mail settings"}


def add_options(verb: argparse.ArgumentParser) -> None:
    """Add its only action."""
    act = add_act(acts_of(verb), "test", "send a sample to each channel, and print the answers")
    act.set_defaults(run=send_test)


def send_test(_given: argparse.Namespace) -> int:
    """Send a sample to each channel. Returns 1 if one of them refused it."""
    settings = load_settings()
    channels = channels_of(settings)
    if not channels:
        raise SettingsError(
            [f"{PREFIX}ALERT_WEBHOOK_URL: set the webhook, or {PREFIX}ALERT_MAIL_TO"]
        )
    configure_logs("error", None)
    message = sample(Origin("", settings.public_url), now_ms(), token_hex(8))
    return asyncio.run(_send(channels, message))


async def _send(channels: Sequence[Channel], message: Message) -> int:
    failed = 0
    for channel in channels:
        result = await channel.send(message)
        if isinstance(result, Sent):
            say(f"ok   {channel.name}: {result.said}")
        else:
            failed = 1
            said = f": {result.said}" if result.said else ""
            say(
                f"FAIL {channel.name}: {result.fault}{said} (see {PREFIX}{_SETTINGS[channel.name]})"
            )
    return failed
