"""Deliveries: walk the inbox, tell what each file is and whose, register it, refuse it with a reason."""

from energy_pipeline.landing.deliveries import Landed, Refused, land
from energy_pipeline.landing.hiding import StandIn, names
from energy_pipeline.landing.inbox_state import fingerprint, states
from energy_pipeline.landing.months import touched_months
from energy_pipeline.landing.quarantine import keep_refused
from energy_pipeline.landing.registry import supersede
from energy_pipeline.landing.walk import is_empty

__all__ = [
    "Landed",
    "Refused",
    "StandIn",
    "fingerprint",
    "is_empty",
    "keep_refused",
    "land",
    "names",
    "states",
    "supersede",
    "touched_months",
]
