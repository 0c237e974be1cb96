"""Builds the workers that report problems, from the settings."""

from collections.abc import Mapping

from app.alerts.channel import Channel
from app.alerts.mail import PORTS, Mail, MailServer
from app.alerts.message import Origin
from app.alerts.webhook import Webhook
from app.alerts.worker import AlertPolicy, AlertSender, AlertWatcher
from app.config import Settings
from app.domain.weekly import Weekly
from app.runtime.environment import Environment
from app.runtime.relay import Account
from app.runtime.workers import Run

LEAST_LOOK_MS = 1_000
LONGEST_LOOK_MS = 30_000
LOOKS = 10
"""How many checks are made while a problem must last before it is reported, within these bounds."""


def alert_runs(account: Account, environment: Environment) -> Mapping[str, Run]:
    """How each worker is run, by its name in the log; empty if nobody is to be told."""
    channels = channels_of(account.settings)
    if not channels:
        return {}
    store, clock, random = account.store, environment.clock, environment.random
    policy = policy_of(account)
    names = [channel.name for channel in channels]
    watcher = AlertWatcher(store, policy, names, clock, random, account.metrics)
    idle = min(environment.idle.maintain, policy.look_ms / 1000)
    senders = {
        f"alerts-{channel.name}": AlertSender(store, channel, clock, random, account.metrics, idle)
        for channel in channels
    }
    return {"alerts": watcher.run, **{name: each.run for name, each in senders.items()}}


def policy_of(account: Account) -> AlertPolicy:
    """The account that messages are about."""
    settings = account.settings
    after_ms = settings.alert_after_seconds * 1000
    return AlertPolicy(
        levels=frozenset({"bad"}) if settings.alert_level == "bad" else frozenset({"bad", "wait"}),
        after_ms=after_ms,
        look_ms=min(max(after_ms // LOOKS, LEAST_LOOK_MS), LONGEST_LOOK_MS),
        origin=Origin(account.name, settings.public_url),
        collects=settings.role == "collect",
        weekly=Weekly(settings.summary_day, settings.summary_hour, settings.time_zone)
        if settings.summary_day
        else None,
    )


def channels_of(settings: Settings) -> list[Channel]:
    """The channels by which messages are sent."""
    channels: list[Channel] = []
    if settings.alert_webhook_url is not None:
        channels.append(Webhook(settings.alert_webhook_url, settings.alert_webhook_format))
    if settings.smtp_host and settings.alert_mail_from:
        server = MailServer(
            settings.smtp_host,
            settings.smtp_port or PORTS[settings.smtp_security],
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password,
        )
        channels.append(Mail(server, settings.alert_mail_from, settings.alert_mail_to))
    return channels
