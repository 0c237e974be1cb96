"""Checks whether the last alerts were accepted."""

from app.config import Settings
from app.doctor.finding import Finding
from app.documents import see
from app.formatting import ago, count
from app.runtime.clock import now_ms
from app.store.console_records import AlertChannel
from app.store.errors import StoreError
from app.store.store import Store

TEST = "playrelay alert test sends a sample"


async def examine_alerts(settings: Settings, store: Store) -> list[Finding]:
    """Return a finding for each channel of alerts. Nothing is sent."""
    if not settings.alert_channels:
        return [Finding("alerts", f"no channel is set: {see('console', 'being-told')}")]
    try:
        known = {each.channel: each for each in await store.alerts.channels()}
    except StoreError as error:
        return [Finding("alerts", "can't be read", str(error))]
    return [_channel(name, known.get(name), now_ms()) for name in settings.alert_channels]


def _channel(name: str, last: AlertChannel | None, now: int) -> Finding:
    if last is None:
        return Finding("alerts", f"{name}: nothing has been sent yet ({TEST})")
    if not last.fault:
        return Finding("alerts", f"{name}: the last message was accepted {ago(now - last.at)}")
    waiting = f", {count(last.waiting, 'message waits', 'messages wait')}" * bool(last.waiting)
    says = f"{name}: the last message was refused {ago(now - last.at)}{waiting}: {last.fault}"
    return Finding("alerts", says, f"correct its settings; {TEST}")
