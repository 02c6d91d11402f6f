"""Curves: who participates when, the latest version of each step, gaps, time slots."""

from energy_pipeline.metering.operations import operations
from energy_pipeline.metering.participants import awaited, participants

__all__ = ["awaited", "operations", "participants"]
