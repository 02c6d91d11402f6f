"""Keys that pay, on a year × 60 consumers in quarter-hours: how long, and how far from a linear programme."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from bench.lines import Line, below, durations, median_seconds
from energy_pipeline.keys import dynamic, rounding, static

STEPS_PER_DAY = 96
LIMIT_S = 1.0
PEAK_W = 90_000.0

Case = tuple[np.ndarray, np.ndarray, np.ndarray]


def case(consumers: int, days: int, seed: int = 2025) -> Case:
    """Return a production (steps,), consumptions (consumers, steps) in W, and euros per kWh (consumers, steps)."""
    rng = np.random.default_rng(seed)
    step = np.arange(days * STEPS_PER_DAY)
    hour, day = step % STEPS_PER_DAY / 4, step // STEPS_PER_DAY
    season = 1 - 0.6 * np.cos((day - 172) / 365 * 2 * np.pi + np.pi)
    sun = np.clip(np.cos((hour - 13) / 15 * np.pi), 0, None) * (np.abs(hour - 13) < 7.5)
    production = PEAK_W * sun * season / season.max() * rng.uniform(0.1, 1.0, days)[day]
    busy = 1 + np.cos((hour - rng.uniform(8, 22, (consumers, 1))) / 24 * 2 * np.pi)
    consumption = rng.uniform(200, 3000, (consumers, 1)) * busy * rng.gamma(4, 0.25, (consumers, len(step)))
    is_peak = (hour >= 6) & (hour < 22)
    margin = np.where(is_peak, rng.uniform(0.04, 0.12, (consumers, 1)), rng.uniform(0.01, 0.06, (consumers, 1)))
    return production, consumption, margin


def _static_programme(production: np.ndarray, consumption: np.ndarray) -> Callable[[], float]:
    """HiGHS: shares s and energies x of greatest Σx under x ≤ s·P, x ≤ D, Σs ≤ 1."""
    from scipy import sparse  # noqa: PLC0415
    from scipy.optimize import linprog  # noqa: PLC0415

    consumers = len(consumption)
    offered = sparse.kron(sparse.eye(consumers), -production[:, None])
    whole = np.append(np.ones(consumers), np.zeros(consumption.size))
    rows = sparse.vstack([sparse.hstack([offered, sparse.eye(consumption.size)]), whole[None]], format="csr")
    limits = np.append(np.zeros(consumption.size), 1.0)
    bounds = [(0, 1)] * consumers + [(0, need) for need in consumption.ravel()]
    costs = np.append(np.zeros(consumers), -np.ones(consumption.size))
    return lambda: float(-linprog(costs, A_ub=rows, b_ub=limits, bounds=bounds, method="highs").fun)


def _beside_the_programme(consumers: int, days: int) -> Line:
    """Return how many times as fast the best static key is as the linear programme that gives the same."""
    production, consumption, _ = case(consumers, days)
    programme = _static_programme(production, consumption)

    def ours() -> float:
        shares = static.best_shares(production, consumption)
        return float(np.minimum(shares[:, None] * production, consumption).sum())

    if not np.isclose(programme(), ours(), rtol=1e-6):
        raise ArithmeticError("the linear programme finds another best static key")
    own, other = durations([ours, programme], 3, time.process_time)
    ratio = statistics.median(slow / fast for slow, fast in zip(other, own, strict=True))
    what = f"best static key, {consumers} consumers × {days} days: ours / linear programme (HiGHS)"
    return Line(what, f"{ratio:,.0f} ({statistics.median(other):.3g} s)")


def measure(tiny: bool) -> list[Line]:
    """Return the time of each computation of keys, on one core."""
    consumers, days, runs = (4, 7, 1) if tiny else (60, 365, 7)
    production, consumption, margin = case(consumers, days)
    fair = dynamic.shares_of(dynamic.fairest(production, consumption), production, consumption)
    limited: dict[str, Callable[[], object]] = {
        "best static key, kWh": lambda: static.best_shares(production, consumption),
        "best static key, euros per slot": lambda: static.best_shares(production, consumption, margin),
    }
    others: dict[str, Callable[[], object]] = {
        "max-euros dynamic key": lambda: dynamic.most_worth(production, consumption, margin),
        "fair dynamic key": lambda: dynamic.fairest(production, consumption),
        "two decimals by largest remainder": lambda: rounding.hundredths(fair),
    }
    return [
        *(below(name, median_seconds(work, runs), LIMIT_S, " s") for name, work in limited.items()),
        *(Line(name, f"{median_seconds(work, runs):.3g} s") for name, work in others.items()),
        _beside_the_programme(4 if tiny else 12, 1 if tiny else 30),
    ]
