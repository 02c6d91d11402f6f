"""Time slots of the suppliers' calendars: which steps of a grid are HP, HC, HPH…, and the energies they hold."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.metering.gaps import MINUTES_PER_DAY, local_minutes

FloatArray = NDArray[np.float64]
Windows = tuple[tuple[int, int], ...]
"""Off-peak hours: (start, end) in minutes of the local day; an end before its start is on the next day."""

BASE = ("BASE",)
TWO = ("HP", "HC")
FOUR = ("HPH", "HCH", "HPB", "HCB")
WINTER = (11, 12, 1, 2, 3)
"""Months of the high season (TURPE): November to March."""
_HOUR = r"(\d{1,2})\s*[hH:]\s*(\d{2})?"
_WINDOW = re.compile(_HOUR + r"\s*(?:-|–|—|à|a|/|_)\s*" + _HOUR)
HALF_HOUR, HOUR = 30, 60
ROUNDING_KWH = 0.011
"""Energy files have two decimals."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the supplier's list says of a consumer's time slots."""

    windows: Windows | None
    slots: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class SlotEnergy:
    """Energies of a consumer in a slot, kWh; None where the hours of the slot are not known."""

    prm: str
    slot: str
    source: str
    off_peak_hours: str | None
    consumption_kwh: float | None
    self_consumption_kwh: float | None
    complement_kwh: float | None


def parse_windows(text: str | None) -> Windows | None:
    """Return the off-peak windows of a text such as `22H30-6H30` or `HC (12h00-14h00;1h30-7h30)`, else None."""
    found = []
    for start_hour, start_minute, end_hour, end_minute in _WINDOW.findall(text or ""):
        start = int(start_hour) * HOUR + int(start_minute or 0)
        end = int(end_hour) * HOUR + int(end_minute or 0)
        if start > MINUTES_PER_DAY or end > MINUTES_PER_DAY or start == end:
            return None
        found.append((start % MINUTES_PER_DAY, end % MINUTES_PER_DAY))
    return tuple(found) or None


def written(windows: Windows) -> str:
    """Return the windows as `parse_windows` reads them: `22h30-6h30 ; 12h00-14h00`."""
    return " ; ".join("-".join(f"{minute // HOUR}h{minute % HOUR:02}" for minute in window) for window in windows)


def declared_sites(site_rows: pl.DataFrame) -> dict[str, Site]:
    """Return, by PRM, what the latest list of sites says. `site_rows`: landing.site_row with `received_at`."""
    rows = site_rows.filter(pl.col("fluid") == "electricity").sort("listed_on", "received_at", "file_id", "line")
    found = {}
    for prm, hours, option in rows.select("site_id", "off_peak_hours", "tariff_option").iter_rows():
        windows = parse_windows(hours)
        found[prm] = Site(windows, _declared_slots(windows, option))
    return found


def _declared_slots(windows: Windows | None, tariff_option: str | None) -> tuple[str, ...] | None:
    """Return the slots that a site's tariff option and hours tell, None when they do not."""
    option = (tariff_option or "").upper()
    if re.search(r"[CM]U\s*4|4\s*(POSTES|PLAGES)", option):
        return FOUR if windows else None
    if windows:
        return TWO
    return BASE if re.search(r"BASE|\b(BTINF)?(CU|LU)(ST)?\b", option) else None


@lru_cache(maxsize=512)
def off_peak(windows: Windows, period_start: date, period_end: date, step_minutes: int) -> NDArray[np.bool_]:
    """Return (steps,): whether each step of the grid starts in one of the off-peak windows, local time."""
    minute = local_minutes(period_start, period_end, step_minutes) % MINUTES_PER_DAY
    mask = _in_windows(minute, windows)
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=512)
def straddling(windows: Windows, period_start: date, period_end: date, step_minutes: int) -> NDArray[np.bool_]:
    """Return (steps,): whether the off-peak hours begin or end within the step, whose energy is then of both slots."""
    first = local_minutes(period_start, period_end, step_minutes)
    last = (first + step_minutes - 1) % MINUTES_PER_DAY
    mask = _in_windows(last, windows) != off_peak(windows, period_start, period_end, step_minutes)
    mask.flags.writeable = False
    return mask


@lru_cache(maxsize=64)
def winter(period_start: date, period_end: date, step_minutes: int) -> NDArray[np.bool_]:
    """Return (steps,): whether each step of the grid lies in the high season, November to March."""
    days = local_minutes(period_start, period_end, step_minutes).astype("datetime64[m]")
    month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.isin(month, WINTER)


@lru_cache(maxsize=512)
def masks(
    slots: tuple[str, ...], windows: Windows | None, period_start: date, period_end: date, step_minutes: int
) -> FloatArray | None:
    """Return (slots, steps) of 0 and 1, None when the off-peak hours that the slots need are not known."""
    high = winter(period_start, period_end, step_minutes)
    if slots == BASE:
        return np.ones((1, len(high)))
    if windows is None:
        return None
    low_price = off_peak(windows, period_start, period_end, step_minutes)
    by_slot = {
        "BASE": np.ones(len(high), dtype=bool),
        "HP": ~low_price,
        "HC": low_price,
        "HPH": ~low_price & high,
        "HCH": low_price & high,
        "HPB": ~low_price & ~high,
        "HCB": low_price & ~high,
    }
    return np.array([by_slot[slot] for slot in slots], dtype=np.float64)


def slot_energies(
    prms: list[str],
    curves: tuple[FloatArray, FloatArray | None, FloatArray | None],
    published: Mapping[str, Mapping[str, float]],
    sites: Mapping[str, Site],
    period: tuple[date, date, int],
) -> list[SlotEnergy]:
    """Return the energies per slot of the consumers of a period (`period`: first day, last day, step in minutes).

    `curves`: consumption, self-consumption and complement in W, each (consumers, steps), NaN where unknown, None when
    not computed. `published`: by PRM, the energies in kWh of the consumption per slot (NaN or none if only the slots
    are known). The slots are those published, else those of the site list; their hours those of the site list
    ("declared") unless the published energies contradict them, else the only ones that reproduce the published energies
    ("inferred"), else NULL energies ("published"). A consumer of whom neither tells a slot has no row.
    """
    step_hours = period[2] / HOUR
    summed = [None if powers is None else np.nan_to_num(powers) for powers in curves]
    found = []
    for row, prm in enumerate(prms):
        energies, site = published.get(prm, {}), sites.get(prm, Site(None, None))
        slots = tuple(sorted(energies, key=(*BASE, *TWO, *FOUR).index)) or site.slots
        if slots is None:
            continue
        if slots == BASE:
            windows, source = None, "declared" if site.slots == BASE else "published"
        else:
            windows, source = _hours(slots, site, curves[0][row], energies, period)
        mask = masks(slots, windows, *period)
        hours = None if windows is None else written(windows)
        sums = [
            [None] * len(slots) if mask is None or powers is None else _kwh(mask, powers[row], step_hours)
            for powers in summed
        ]
        found += [SlotEnergy(prm, slot, source, hours, *values) for slot, *values in zip(slots, *sums, strict=True)]
    return found


def _hours(
    slots: tuple[str, ...], site: Site, watts: FloatArray, energies: Mapping[str, float], period: tuple[date, date, int]
) -> tuple[Windows | None, str]:
    """Return the off-peak hours of a consumer of several slots, and how they are known."""
    if site.windows is not None and not _contradicted(slots, site.windows, watts, energies, period):
        return site.windows, "declared"
    windows = infer_windows(watts, dict(energies), period)
    return windows, "inferred" if windows else "published"


def _contradicted(
    slots: tuple[str, ...],
    windows: Windows,
    watts: FloatArray,
    energies: Mapping[str, float],
    period: tuple[date, date, int],
) -> bool:
    """Return whether the published energies, whose sum is that of the curve, lie in other slots than these hours say.

    A list of sites keeps the hours of the day it was made: they may have changed since.
    """
    values = np.array([energies.get(slot, np.nan) for slot in slots])
    mask = masks(slots, windows, *period)
    if mask is None or np.isnan(watts).any() or np.isnan(values).any():
        return False
    per_kwh = period[2] / HOUR / 1000
    excess = values - mask @ watts * per_kwh
    hidden = mask @ (watts > 0) * per_kwh + ROUNDING_KWH
    bounds = float(watts[straddling(windows, *period)].sum()) * per_kwh
    if not -ROUNDING_KWH * len(slots) <= excess.sum() <= hidden.sum():
        return False
    return bool(((excess < -ROUNDING_KWH - bounds) | (excess > hidden + bounds)).any())


def _kwh(mask: FloatArray, powers: FloatArray, step_hours: float) -> list[float]:
    return (mask @ powers * (step_hours / 1000)).tolist()


def infer_windows(watts: FloatArray, energies: Mapping[str, float], period: tuple[date, date, int]) -> Windows | None:
    """Return the only off-peak hours, of eight a day, that reproduce the published energies; None if none or several.

    `watts`: (steps,) of the consumption. Published energies come from powers that were truncated to the watt when they
    were published as a curve, so they may exceed those of the curve by up to 1 W per non-zero step, never fall below.
    """
    slots = tuple(energies)
    values = np.array([energies[slot] for slot in slots], dtype=np.float64)
    if np.isnan(watts).any() or np.isnan(values).any() or not values.sum() > 0:
        return None
    step_hours = period[2] / HOUR
    minute = local_minutes(*period) % MINUTES_PER_DAY
    season = winter(*period).astype(np.int64)
    bins = (season * 2 * MINUTES_PER_DAY // HOUR + minute // HALF_HOUR).astype(np.int64)
    size = 4 * MINUTES_PER_DAY // HOUR
    energy = np.bincount(bins, watts, size).reshape(2, -1) * (step_hours / 1000)
    slack = np.bincount(bins, watts > 0, size).reshape(2, -1) * (step_hours / 1000)
    windows, low = _candidates()
    fits = np.ones(len(windows), dtype=bool)
    for slot, value in zip(slots, values, strict=True):
        chosen = low if slot.startswith("HC") else 1.0 - low
        seasons = slice(1, 2) if slot.endswith("H") else slice(0, 1) if slot.endswith("B") else slice(0, 2)
        excess = value - chosen @ energy[seasons].sum(axis=0)
        fits &= (excess > -ROUNDING_KWH) & (excess < chosen @ slack[seasons].sum(axis=0) + ROUNDING_KWH)
    return windows[int(np.flatnonzero(fits)[0])] if fits.sum() == 1 else None


@lru_cache(maxsize=1)
def _candidates() -> tuple[list[Windows], FloatArray]:
    """Return the usual off-peak hours, eight a day, and (candidates, half-hours of a day) of 0 and 1."""
    nights = [((start % MINUTES_PER_DAY, (start + 480) % MINUTES_PER_DAY),) for start in range(1230, 1471, HALF_HOUR)]
    splits = [
        ((noon, noon + length), (night % MINUTES_PER_DAY, (night + 480 - length) % MINUTES_PER_DAY))
        for length in (90, 120, 150, 180)
        for noon in range(690, 871, HALF_HOUR)
        for night in range(1320, 1621, HALF_HOUR)
    ]
    windows: list[Windows] = [*nights, *splits]
    half_hours = np.arange(0, MINUTES_PER_DAY, HALF_HOUR)
    return windows, np.array([_in_windows(half_hours, each) for each in windows], dtype=np.float64)


def _in_windows(minute: NDArray[np.int64], windows: Windows) -> NDArray[np.bool_]:
    mask = np.zeros(len(minute), dtype=bool)
    for start, end in windows:
        inside = (minute >= start) & (minute < end) if start < end else (minute >= start) | (minute < end)
        mask |= inside
    return mask
