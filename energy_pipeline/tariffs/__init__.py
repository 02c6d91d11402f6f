"""Regulated rates as data: looked up by the day of the period, split by days, never guessed."""

from energy_pipeline.tariffs.lookup import MissingRate, Rate, Segment, lookup, rates_over, split_by_rate
from energy_pipeline.tariffs.rates import RateError, rates

__all__ = ["MissingRate", "Rate", "RateError", "Segment", "lookup", "rates", "rates_over", "split_by_rate"]
