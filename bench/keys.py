"""Times the keys on a year × 60 consumers in quarter-hours: median of several runs, on one core.

Run from the checkout: `python bench/keys.py`. The best static key of a year is to take less than one second.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: a figure per core

import statistics
import time
from collections.abc import Callable

import numpy as np

from energy_pipeline.keys import dynamic, rounding, static

CONSUMERS, DAYS, STEPS_PER_DAY = 60, 365, 96
RUNS = 7
LIMIT_S = 1.0
PEAK_W = 90_000.0


def year(seed: int = 2025) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a production (steps,), consumptions (consumers, steps) in W, and euros per kWh (consumers, steps)."""
    rng = np.random.default_rng(seed)
    step = np.arange(DAYS * STEPS_PER_DAY)
    hour, day = step % STEPS_PER_DAY / 4, step // STEPS_PER_DAY
    season = 1 - 0.6 * np.cos((day - 172) / 365 * 2 * np.pi + np.pi)
    sun = np.clip(np.cos((hour - 13) / 15 * np.pi), 0, None) * (np.abs(hour - 13) < 7.5)
    production = PEAK_W * sun * season / season.max() * rng.uniform(0.1, 1.0, DAYS)[day]
    busy = 1 + np.cos((hour - rng.uniform(8, 22, (CONSUMERS, 1))) / 24 * 2 * np.pi)
    consumption = rng.uniform(200, 3000, (CONSUMERS, 1)) * busy * rng.gamma(4, 0.25, (CONSUMERS, len(step)))
    is_peak = (hour >= 6) & (hour < 22)
    margin = np.where(is_peak, rng.uniform(0.04, 0.12, (CONSUMERS, 1)), rng.uniform(0.01, 0.06, (CONSUMERS, 1)))
    return production, consumption, margin


def median_seconds(work: Callable[[], object]) -> float:
    """Return the median duration of `RUNS` runs, after one that does not count."""
    work()
    durations = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def main() -> None:
    """Print a line per computation."""
    production, consumption, margin = year()
    fair = dynamic.shares_of(dynamic.fairest(production, consumption), production, consumption)
    cases: dict[str, Callable[[], object]] = {
        "best static key, kWh": lambda: static.best_shares(production, consumption),
        "best static key, euros per slot": lambda: static.best_shares(production, consumption, margin),
        "max-euros dynamic key": lambda: dynamic.most_worth(production, consumption, margin),
        "fair dynamic key": lambda: dynamic.fairest(production, consumption),
        "two decimals": lambda: rounding.hundredths(fair),
    }
    print(f"{CONSUMERS} consumers x {len(production)} steps, median of {RUNS}")
    for name, work in cases.items():
        seconds = median_seconds(work)
        verdict = f"  (limit {LIMIT_S:g} s: {'met' if seconds < LIMIT_S else 'MISSED'})" if "static" in name else ""
        print(f"{name:34s} {seconds:7.3f} s  {consumption.size / seconds / 1e6:7.1f} M consumer-steps/s{verdict}")


if __name__ == "__main__":
    main()
