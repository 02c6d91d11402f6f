"""What if: a consumer or a roof more, a participant less, on curves that are known, borrowed or modelled."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.keys.situation import KeyInputError, Situation
from energy_pipeline.metering.gaps import MINUTES_PER_DAY, local_minutes
from energy_pipeline.periods import grid

FloatArray = NDArray[np.float64]
DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 52 * DAYS_PER_WEEK
"""A year later on the same weekday."""
YIELD_FACTOR = 0.52
"""Part of the clear-sky irradiation that becomes energy over a year, clouds and losses together. At 30° to the south
pvlib's clear sky gives 2 390 kWh/m² near Figeac, where plants yield 1 255 kWh/kWp on ten years' average (Hespul); it is
nearer 0.45 in the north of France and 0.60 on the Mediterranean coast."""
INVERTER_LIMIT = 0.9
"""Largest power of a roof over its peak power."""


@dataclass(frozen=True)
class Roof:
    """A solar roof: peak power, tilt (0: flat), azimuth (90: east, 180: south, 270: west), place; degrees."""

    peak_kw: float
    tilt: float
    azimuth: float
    latitude: float
    longitude: float
    yield_factor: float = YIELD_FACTOR

    def __post_init__(self) -> None:
        limits = (
            ("puissance crête", self.peak_kw, 0.0, 1e6), ("inclinaison", self.tilt, 0.0, 90.0),
            ("azimut", self.azimuth, 0.0, 360.0), ("latitude", self.latitude, -90.0, 90.0),
            ("longitude", self.longitude, -180.0, 180.0), ("facteur de rendement", self.yield_factor, 0.0, 1.0),
        )  # fmt: skip
        for word, value, low, high in limits:
            if not low <= value <= high:
                raise KeyInputError(f"Toiture : {word} de {value} hors de l'intervalle {low:g} à {high:g}.")


def add_consumer(situation: Situation, prm: str, consumption: FloatArray) -> Situation:
    """Return the situation with one consumer more, (steps,) in W: its share of a declared key is 0."""
    _refuse_known(prm, situation.consumers)
    current = situation.current
    return replace(
        situation,
        consumers=(*situation.consumers, prm),
        consumption=np.vstack((situation.consumption, consumption)),
        current=None if current is None else np.vstack((current, np.zeros_like(consumption))),
    )


def add_producer(situation: Situation, prm: str, production: FloatArray) -> Situation:
    """Return the situation with one producer more, (steps,) in W; the declared key holds for it too (§11.7.3)."""
    _refuse_known(prm, situation.producers)
    return replace(
        situation,
        producers=(*situation.producers, prm),
        production=np.vstack((situation.production, production)),
    )


def remove(situation: Situation, prm: str) -> Situation:
    """Return the situation without a PRM, in both its roles; its share of a declared key goes to the surplus (§3.2.2).

    Raises KeyInputError when the PRM does not participate, or is the only one of its side.
    """
    if prm not in situation.consumers + situation.producers:
        raise KeyInputError(f"{prm} ne participe pas à {situation.operation_id} sur cette période.")
    consumers = [row for row, each in enumerate(situation.consumers) if each != prm]
    producers = [row for row, each in enumerate(situation.producers) if each != prm]
    if not consumers or not producers:
        raise KeyInputError(f"Sans {prm}, l'opération n'aurait plus de consommateur ou de producteur.")
    return replace(
        situation,
        consumers=tuple(situation.consumers[row] for row in consumers),
        producers=tuple(situation.producers[row] for row in producers),
        consumption=situation.consumption[consumers],
        production=situation.production[producers],
        current=None if situation.current is None else situation.current[consumers],
    )


def curve_of(situation: Situation, prm: str) -> tuple[str, FloatArray]:
    """Return the role and the curve, (steps,) in W, of a participant; as a producer when it is both."""
    if prm in situation.producers:
        return "producer", situation.production[situation.producers.index(prm)]
    if prm in situation.consumers:
        return "consumer", situation.consumption[situation.consumers.index(prm)]
    raise KeyInputError(f"{prm} ne participe pas à {situation.operation_id} sur cette période.")


def replay(
    watts: FloatArray, source: tuple[date, date, int], period_start: date, period_end: date, step_minutes: int
) -> FloatArray:
    """Return a curve of another period as if it were of this one: (steps of this period,), W, without NaN.

    `source`: first day, last day, step in minutes of `watts`. A day takes the same day when the source has it, else the
    one 52 weeks before or after, else the days of the source in turn, from its first one on the same weekday; at the
    same local time: the hour that autumn repeats takes the first one, an hour that the source's spring skipped takes
    the one before. Missing values count as 0. Raises KeyInputError for a source shorter than a week, unless it covers
    the period.
    """
    start, end, source_step = source
    source_minutes, minutes = local_minutes(start, end, source_step), local_minutes(
        period_start, period_end, step_minutes
    )  # fmt: skip
    if len(watts) != len(source_minutes):
        raise ValueError(f"{len(watts)} values for {len(source_minutes)} steps")
    days = (end - start).days + 1
    covers = start <= period_start and period_end <= end
    if days < DAYS_PER_WEEK and not covers:
        raise KeyInputError("Une courbe d'une autre période doit couvrir au moins sept jours, pour avoir chaque jour.")
    by_day = _by_day(np.nan_to_num(watts), source_minutes, source_step, days)
    day = minutes // MINUTES_PER_DAY - source_minutes[0] // MINUTES_PER_DAY
    day = _source_days(day, days)
    at = minutes % MINUTES_PER_DAY
    if step_minutes <= source_step:
        return by_day[day, at // source_step]
    parts = [by_day[day, (at + offset) // source_step] for offset in range(0, step_minutes, source_step)]
    return np.mean(parts, axis=0)


def _source_days(day: NDArray[np.int64], days: int) -> NDArray[np.int64]:
    """Return which of the `days` of a source each day takes; both count from the first day of the source."""
    whole_weeks = max(days // DAYS_PER_WEEK, 1) * DAYS_PER_WEEK
    chosen = (day[0] % DAYS_PER_WEEK + day - day[0]) % whole_weeks
    for years in (2, -2, 1, -1, 0):
        shifted = day + years * DAYS_PER_YEAR
        chosen = np.where((shifted >= 0) & (shifted < days), shifted, chosen)
    return chosen


def _by_day(watts: FloatArray, minutes: NDArray[np.int64], step_minutes: int, days: int) -> FloatArray:
    """Return (days, steps of 24 hours) by local time."""
    table = np.full((days, MINUTES_PER_DAY // step_minutes), np.nan)
    day = minutes // MINUTES_PER_DAY - minutes[0] // MINUTES_PER_DAY
    # Backwards, so that of two steps with the same label (autumn) the first one stays.
    table[day[::-1], (minutes % MINUTES_PER_DAY // step_minutes)[::-1]] = watts[::-1]
    hour = 60 // step_minutes
    for row, column in zip(*np.nonzero(np.isnan(table)), strict=True):
        table[row, column] = table[row, column - hour] if column >= hour else 0.0
    return table


def solar_roof(roof: Roof, period_start: date, period_end: date, step_minutes: int) -> FloatArray:
    """Return the power of a roof, (steps,) in W: pvlib's clear sky on its plane × `yield_factor`.

    A mean sky, the same every day: right for the energy of a year, too smooth within a day, so that it shares a little
    more than real weather would. Where the operation already has a plant, its own curve scaled is better.
    """
    # Imported here: pvlib takes seconds to load and nothing else of the package needs it.
    import pandas as pd  # noqa: PLC0415
    from pvlib import clearsky, irradiance, solarposition  # noqa: PLC0415

    middles = grid.instants(period_start, period_end, step_minutes) + np.timedelta64(step_minutes * 30, "s")
    position = solarposition.ephemeris(pd.DatetimeIndex(middles, tz="UTC"), roof.latitude, roof.longitude)
    elevation = position["apparent_elevation"].to_numpy()
    clear = clearsky.simplified_solis(np.maximum(elevation, 0.0))
    plane = irradiance.get_total_irradiance(
        roof.tilt, roof.azimuth, position["apparent_zenith"].to_numpy(), position["azimuth"].to_numpy(),
        clear["dni"], clear["ghi"], clear["dhi"],
    )["poa_global"]  # fmt: skip
    irradiation = np.where(elevation > 0, np.nan_to_num(plane), 0.0)
    power: FloatArray = np.minimum(roof.peak_kw * irradiation * roof.yield_factor, roof.peak_kw * 1000 * INVERTER_LIMIT)
    return power


def _refuse_known(prm: str, known: tuple[str, ...]) -> None:
    if prm in known:
        raise KeyInputError(f"{prm} participe déjà à l'opération.")
