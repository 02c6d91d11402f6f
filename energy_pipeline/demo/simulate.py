"""What an operation lived, and what its demo Enedis made of it."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.demo.calendar import HOURS_A_STEP, STEP, Clock, add_months, clock, period, slot_codes
from energy_pipeline.demo.calendar import SLOTS as CALENDARS
from energy_pipeline.demo.loads import PROFILES, load, thirds
from energy_pipeline.demo.model import Operation, Site
from energy_pipeline.demo.split import default_shares, split
from energy_pipeline.demo.weather import clear_share, injection, sun
from energy_pipeline.demo.world import horizon
from energy_pipeline.periods import grid

Array = NDArray[np.float64]

WEEK = timedelta(days=7)


@dataclass(frozen=True, eq=False)
class Period:
    """A published period: its steps, the keys sent (hundredths of a percent, or None) and who gave what to whom."""

    month: int
    start: date
    end: date
    steps: slice
    sent_keys: NDArray[np.int64] | None
    exchange_kwh: Array
    """Producers × consumers."""


@dataclass(frozen=True, eq=False)
class Flows:
    """Powers in W over the days simulated; rows in the order of the operation's consumers and producers.

    `present` tells when each consumer takes part, `gap` is what its curve lacks (consumer, steps).
    """

    clock: Clock
    present: NDArray[np.bool_]
    consumption: Array
    production: Array
    self_consumption: Array
    surplus: Array
    gap: tuple[int, slice] | None
    periods: tuple[Period, ...]

    @property
    def complement(self) -> Array:
        """What the suppliers sell."""
        return self.consumption - self.self_consumption

    @property
    def self_produced(self) -> Array:
        """What the producers share."""
        return self.production - self.surplus


def truncated(watts: Array) -> NDArray[np.int64]:
    """Return whole watts as Enedis writes them: cut, not rounded (a millionth spared for binary fractions)."""
    return np.floor(watts + 1e-6).astype(np.int64)


def kwh(watts: Array | NDArray[np.int64]) -> float:
    """Return the energy of quarter-hourly powers."""
    return float(np.sum(watts)) * HOURS_A_STEP / 1000.0


def slot_kwh(site: Site, watts: Array, start: date, end: date) -> dict[str, float]:
    """Return the energy of each slot of the site's calendar over the days `start` to `end`."""
    names = CALENDARS[site.calendar]
    sums = np.bincount(slot_codes(site.calendar, site.off_peak, start, end), weights=watts, minlength=len(names))
    return {name: float(total) * HOURS_A_STEP / 1000.0 for name, total in zip(names, sums, strict=True)}


def _presence(acc: Operation, steps: Clock) -> NDArray[np.bool_]:
    present = np.ones((len(acc.consumers), steps.size), dtype=bool)
    for row, site in zip(present, acc.consumers, strict=True):
        if site.valid_from > steps.start:
            row[: grid.index_of(site.valid_from, steps.start, STEP)] = False
        if site.valid_to:
            row[steps.span(site.valid_to, steps.end)] = False
    return present


def _gap(acc: Operation, steps: Clock, first: date) -> tuple[int, slice] | None:
    """Return three hours of a morning whose week before lies in the period, without a change of the clocks between."""
    if acc.faults.gap is None:
        return None
    month, consumer = acc.faults.gap
    start, end = period(add_months(first, month), acc.anniversary_day)
    for day in (start + timedelta(days=n) for n in range(9, (end - start).days)):
        if grid.count_steps(day - WEEK, day, STEP) == 8 * 96:
            begin = steps.span(day, day).start + 9 * 4
            return consumer, slice(begin, begin + 12)
    return None


def _dynamic_keys(consumption: Array) -> NDArray[np.int64]:
    """Return the organiser's keys: by consumption, small sites favoured, in hundredths of a percent rounded down."""
    weight = np.sqrt(np.maximum(consumption, 0.0))
    total = weight.sum(axis=0)
    return np.floor(np.divide(weight * 10000.0, total, out=np.zeros_like(weight), where=total > 0)).astype(np.int64)


def _static_shares(acc: Operation, start: date, end: date, is_old: bool) -> Array:
    """Return the static shares of each step: the latest version declared on its day, or the first if `is_old`."""
    shares = np.empty((len(acc.consumers), grid.count_steps(start, end, STEP)))
    shares[:] = np.array(acc.keys[0].hundredths)[:, None] / 10000.0
    for version in acc.keys[1:]:
        if not is_old and version.declared_on <= end:
            from_step = max(grid.index_of(version.declared_on, start, STEP), 0)
            shares[:, from_step:] = np.array(version.hundredths)[:, None] / 10000.0
    return shares


def shares(acc: Operation, taken: Array, start: date, end: date, is_old: bool = False) -> Array:
    """Return the shares that the convention wants; `taken` is the consumption of those present."""
    if acc.key_type == "static":
        return _static_shares(acc, start, end, is_old)
    if acc.key_type == "dynamic":
        return _dynamic_keys(taken) / 10000.0
    return default_shares(taken)


def simulate(acc: Operation, first: date, months: int, seed: int) -> Flows:
    """Return the curves of `months` months from `first` on, with what the demo's Enedis publishes of them."""
    begin, finish = horizon(acc, first, months)
    steps = clock(begin, finish)
    sky = sun(begin, finish)
    clear = clear_share(steps, np.random.default_rng([seed, acc.index, 2]))
    consumption = np.array([
        np.minimum(
            load(PROFILES[site.profile], site.annual_kwh, steps, sky.elevation,
                 np.random.default_rng([seed, acc.index, 3, n])),
            site.kva * 950,
        )
        for n, site in enumerate(acc.consumers)
    ])  # fmt: skip
    production = np.array([thirds(injection(plant.peak_kw, plant.azimuth, sky, clear)) for plant in acc.producers])
    for n, plant in enumerate(acc.producers):
        if plant.behind is not None:
            net = consumption[plant.behind] - production[n]
            consumption[plant.behind], production[n] = thirds(np.maximum(net, 0)), thirds(np.maximum(-net, 0))
    present = _presence(acc, steps)
    gap = _gap(acc, steps, first)
    if gap:
        # Longer than an hour: Enedis takes the same stretch seven days before (§5.2.3), and computes on it.
        who, hole = gap
        consumption[who, hole] = consumption[who, slice(hole.start - 7 * 96, hole.stop - 7 * 96)]
    self_consumption, surplus = np.zeros_like(consumption), production.copy()
    taken = np.where(present, consumption, 0.0)
    periods = []
    for month in range(months):
        start, end = period(add_months(first, month), acc.anniversary_day)
        span = steps.span(start, end)
        used = shares(acc, taken[:, span], start, end, is_old=acc.faults.old_keys == month)
        sent = np.round(used * 10000.0).astype(np.int64) if acc.key_type == "dynamic" else None
        if sent is not None and acc.faults.excessive_keys == month:
            # One step above 100 %: Enedis falls back on default keys for the whole period (§4.4.2).
            sent[0, len(sent[0]) // 192 * 96 + 48] += 2500
            used = default_shares(taken[:, span])
        given, surplus[:, span] = split(production[:, span], taken[:, span], used)
        self_consumption[:, span] = np.minimum(given.sum(axis=0), taken[:, span])
        periods.append(Period(month, start, end, span, sent, given.sum(axis=2) * HOURS_A_STEP / 1000.0))
    if finish > periods[-1].end:
        # Days after the last period: the bill of the calendar month needs their complement too.
        start = grid.next_day(periods[-1].end)
        span = steps.span(start, finish)
        given, _ = split(production[:, span], taken[:, span], shares(acc, taken[:, span], start, finish))
        self_consumption[:, span] = np.minimum(given.sum(axis=0), taken[:, span])
    return Flows(steps, present, consumption, production, self_consumption, surplus, gap, tuple(periods))
