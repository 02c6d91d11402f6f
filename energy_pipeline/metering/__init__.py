"""Curves: who participates when, the latest version of each step, gaps, time slots."""

from energy_pipeline.metering.operations import operations
from energy_pipeline.metering.participants import participants

__all__ = ["operations", "participants"]
