"""The rule of Annexe 7 on one core, in consumer-steps per second, beside other programs that can do the same work."""

import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

import duckdb
import numpy as np
import pyarrow as pa

from bench.lines import Line, at_least, durations, median_seconds
from energy_pipeline.allocation.kernel import allocate, default_shares
from energy_pipeline.settings import PROJECT

LIMIT = 50.0
MONTH = 30 * 96
STATEMENT = PROJECT / "tests" / "sql" / "annexe7.sql"

Array = np.ndarray
Case = tuple[Array, Array]
Total = Callable[[], float]
"""A program that has shared a case by the default keys gives the sum of what was self-consumed."""


def case(producers: int, consumers: int, steps: int) -> Case:
    """Return productions (producers, steps) of a sunny month and consumptions (consumers, steps), in W."""
    rng = np.random.default_rng(2025)
    hour = np.arange(steps) % 96 / 4
    sun = np.clip(np.cos((hour - 13) / 15 * np.pi), 0, None) * (np.abs(hour - 13) < 7.5)
    production = sun * rng.uniform(5e3, 9e4, (producers, 1))
    consumption = rng.uniform(200, 3000, (consumers, 1)) * rng.gamma(4, 0.25, (consumers, steps))
    return production, consumption


def _ours(production: Array, consumption: Array, tiny: bool) -> list[Line]:
    """Return a line per type of keys."""
    producers, consumers, steps = len(production), *consumption.shape
    each_own = np.random.default_rng(7).dirichlet(np.ones(consumers), (producers, steps)).transpose(0, 2, 1).copy()
    works: dict[str, Callable[[], object]] = {
        "one key for the period": lambda: allocate(production, consumption, np.full((consumers, 1), 1 / consumers)),
        "one key per step": lambda: allocate(production, consumption, each_own[0]),
        "keys by default": lambda: allocate(production, consumption, default_shares(consumption)),
        "keys per producer": lambda: allocate(production, consumption, each_own),
    }
    lines = []
    for name, work in works.items():
        seconds = median_seconds(work, 1 if tiny else max(9, 10_000_000 // consumption.size))
        speed = consumption.size / seconds / 1e6
        lines.append(at_least(f"{producers} producers, {consumers} consumers: {name}", speed, LIMIT, " M/s"))
    return lines


def _long(values: Array, *names: str) -> pa.Table:
    """Return an array as a table: one row per cell, its indices and its value."""
    *axes, name = names
    index = np.indices(values.shape)
    return pa.table({axis: place.ravel() for axis, place in zip(axes, index, strict=True)} | {name: values.ravel()})


def _by_sql(production: Array, consumption: Array) -> Total:
    connection = duckdb.connect(config={"threads": 1})
    tables = {
        "production": _long(production, "i", "t", "p"),
        "consumption": _long(consumption, "j", "t", "d"),
        "shares": _long(np.zeros((len(production), *consumption.shape)), "i", "j", "t", "c"),
    }
    for name, rows in tables.items():
        connection.register("rows", rows)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM rows")
    connection.execute("CREATE VIEW coefficient AS SELECT i, j, t, NULL::DOUBLE AS c FROM shares")
    statement = STATEMENT.read_text(encoding="utf-8")
    return lambda: float(connection.sql(statement).fetchnumpy()["given"].sum())


def _by_max_flow(production: Array, consumption: Array) -> Total:
    """`ec-data-analysis`: at each step a network whose maximal flow, both sides scaled, is the default split."""
    import pandas as pd  # noqa: PLC0415
    from ec_data_analysis import ECDataset  # noqa: PLC0415

    supply = pd.DataFrame(np.vstack([production, np.zeros_like(consumption)]).T)
    demand = pd.DataFrame(np.vstack([np.zeros_like(production), consumption]).T)

    def total() -> float:
        ECDataset.marketSolutions = []  # the class keeps those of all the data sets of the process
        return float(sum(step.tradingVolume for step in ECDataset(supply, demand, 0.25).marketSolutions))

    return total


def _by_programme(production: Array, consumption: Array) -> Total:
    """HiGHS: the flows from each producer to each consumer, of greatest sum, all steps in one linear programme."""
    from scipy import sparse  # noqa: PLC0415
    from scipy.optimize import linprog  # noqa: PLC0415

    producers, (consumers, steps) = len(production), consumption.shape
    given = sparse.kron(sparse.eye(producers * steps), np.ones((1, consumers)))
    received = sparse.kron(sparse.eye(steps), sparse.kron(np.ones((1, producers)), sparse.eye(consumers)))
    limits = np.concatenate([production.T.ravel(), consumption.T.ravel()])
    costs = -np.ones(producers * consumers * steps)
    rows = sparse.vstack([given, received], format="csr")
    return lambda: float(-linprog(costs, A_ub=rows, b_ub=limits, method="highs").fun)


def _beside(name: str, make: Callable[[Array, Array], Total], needs: str, steps: int, runs: int) -> Line:
    """Return how many times as fast ours is, once both have shared the same energy by the default keys."""
    if find_spec(needs) is None:
        return Line(f"ours / {name}", "not installed")
    production, consumption = case(2, 12, steps)
    theirs = make(production, consumption)

    def ours() -> float:
        return float(allocate(production, consumption, default_shares(consumption)).self_consumption.sum())

    if not np.isclose(theirs(), ours(), rtol=1e-6):
        raise ArithmeticError(f"{name} does not share the same energy as ours")
    own, other = durations([ours, theirs], runs, time.process_time)
    ratio = statistics.median(slow / fast for slow, fast in zip(other, own, strict=True))
    speed = consumption.size / statistics.median(other) / 1e6
    return Line(f"ours / {name}, {steps} steps, keys by default", f"{ratio:,.0f} ({speed:.3g} M/s)")


def measure(tiny: bool) -> list[Line]:
    """Return our speed for each type of keys, then how many times as fast we are as others."""
    sizes = [(2, 12, 96)] if tiny else [(2, 12, MONTH), (3, 60, MONTH), (5, 300, MONTH)]
    own = [line for size in sizes for line in _ours(*case(*size), tiny)]
    steps, runs = (96, 1) if tiny else (MONTH, 5)
    return [
        *own,
        _beside("the same in SQL (DuckDB)", _by_sql, "duckdb", steps, runs),
        _beside("maximal flow (ec-data-analysis)", _by_max_flow, "ec_data_analysis", 96, runs),
        _beside("linear programme (HiGHS)", _by_programme, "scipy", 96 if tiny else 960, runs),
    ]
