"""The sun over the demo's country, and its clouds."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.demo.calendar import STEP, Clock
from energy_pipeline.periods import grid

LATITUDE, LONGITUDE = 46.4, 3.1
TILT = 15
AZIMUTHS = (180, 150, 215)

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sun:
    """Elevation in degrees at the middle of each step, and clear-sky irradiance (W/m²) on roofs by azimuth."""

    elevation: Array
    irradiance: dict[int, Array]


@lru_cache(maxsize=16)
def sun(start: date, end: date) -> Sun:
    """Return the sun over the days `start` to `end`, both inclusive."""
    # Imported here: pvlib takes seconds to load and nothing else of the package needs it.
    import pandas as pd  # noqa: PLC0415
    from pvlib import clearsky, irradiance, solarposition  # noqa: PLC0415

    middles = grid.instants(start, end, STEP) + np.timedelta64(STEP * 30, "s")
    position = solarposition.ephemeris(pd.DatetimeIndex(middles, tz="UTC"), LATITUDE, LONGITUDE)
    elevation = position["apparent_elevation"].to_numpy()
    clear = clearsky.simplified_solis(np.maximum(elevation, 0.0))
    up = elevation > 0
    roofs = {}
    for azimuth in AZIMUTHS:
        plane = irradiance.get_total_irradiance(
            TILT, azimuth, position["apparent_zenith"].to_numpy(), position["azimuth"].to_numpy(),
            clear["dni"], clear["ghi"], clear["dhi"],
        )  # fmt: skip
        roofs[azimuth] = np.where(up, np.nan_to_num(plane["poa_global"]), 0.0)
    return Sun(position["elevation"].to_numpy(), roofs)


def clear_share(steps: Clock, rng: np.random.Generator) -> Array:
    """Return the share of the clear-sky irradiance that reaches the ground at each step.

    Fine and grey days follow one another in spells; broken skies vary most within the day.
    """
    shocks = rng.normal(size=len(steps.days))
    state = np.empty(len(steps.days))
    level = 0.0
    for n, shock in enumerate(shocks):
        level = 0.68 * level + 0.73 * shock
        state[n] = level
    daily = 0.22 + 0.76 / (1.0 + np.exp(-1.6 * (state + 0.25)))
    knots = rng.normal(size=steps.size // 3 + 2)
    within = np.interp(np.arange(steps.size) / 3.0, np.arange(len(knots)), knots)
    fine = daily[steps.day]
    return np.clip(fine + within * (0.05 + 0.55 * fine * (1.0 - fine)), 0.06, 1.0)


def injection(peak_kw: float, azimuth: int, sky: Sun, clear: Array) -> Array:
    """Return the power (W) of a plant of `peak_kw`, clipped by its inverter."""
    return np.minimum(peak_kw * sky.irradiance[azimuth] * clear * 0.86, peak_kw * 900.0)
