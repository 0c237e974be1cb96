"""Checks of the relay: its settings, store, events, HubSpot, and its public address."""

from app.doctor.examine import examine
from app.doctor.finding import Finding
from app.doctor.outside import examine_from_outside
from app.doctor.settings import examine_settings as variables

__all__ = ["Finding", "examine", "examine_from_outside", "variables"]
