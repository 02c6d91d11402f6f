"""The kernel against Annexe 7 written again as SQL: on random operations, and on the demo's months."""

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings

from energy_pipeline.allocation.kernel import allocate, exchange_by_step
from energy_pipeline.demo.simulate import shares as demo_shares
from energy_pipeline.demo.simulate import simulate
from energy_pipeline.demo.world import operation
from tests.property.test_allocation import arrays, operations

STATEMENT = (Path(__file__).parent.parent / "sql" / "annexe7.sql").read_text(encoding="utf-8")
FIRST = date(2025, 9, 1)


def long(values, **names):
    """An array as a table: one row per cell, its indices and its value."""
    *axes, name = names.values()
    index = np.indices(values.shape)
    columns = {axis: place.ravel() for axis, place in zip(axes, index, strict=True)}
    return pa.table(columns | {name: values.ravel()})


def by_sql(production, consumption, shares):
    """Pij* of each step (producers, consumers, steps); `shares` None: the default keys."""
    full = (len(production), *consumption.shape)
    coefficient = np.broadcast_to(np.nan if shares is None else shares, full)
    with duckdb.connect() as connection:
        connection.register("production", long(production, i="i", t="t", value="p"))
        connection.register("consumption", long(consumption, j="j", t="t", value="d"))
        connection.register("given_coefficient", long(coefficient, i="i", j="j", t="t", value="c"))
        connection.execute(
            "CREATE VIEW coefficient AS SELECT i, j, t, CASE WHEN NOT isnan(c) THEN c END AS c FROM given_coefficient"
        )
        return connection.sql(STATEMENT).fetchnumpy()["given"].reshape(full)


def same(production, consumption, shares, given, scale):
    split = allocate(production, consumption, shares)
    near = {"rtol": 1e-11, "atol": 1e-12 * scale}
    np.testing.assert_allclose(split.self_consumption, given.sum(axis=0), **near)
    np.testing.assert_allclose(split.self_produced, given.sum(axis=1), **near)
    np.testing.assert_allclose(split.surplus, production - given.sum(axis=1), rtol=0, atol=1e-11 * scale)
    np.testing.assert_allclose(split.exchange, given.sum(axis=2), rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_allclose(exchange_by_step(production, consumption, shares), given, **near)


@settings(deadline=None, max_examples=40)
@given(operations())
def test_the_kernel_equals_sql_on_random_operations(drawn):
    production, consumption, shares = arrays(drawn)
    found = by_sql(production, consumption, None if drawn[2] == "default" else shares)
    same(production, consumption, shares, found, scale=1e5)


@pytest.mark.parametrize(("index", "key_type"), [(0, "static"), (1, "default"), (2, "dynamic")])
def test_the_kernel_equals_sql_on_a_month_of_the_demo(index, key_type):
    acc = operation(index, consumers=6, producers=2, months=1, first=FIRST, seed=1)
    assert acc.key_type == key_type
    flows = simulate(acc, FIRST, 1, seed=1)
    part = flows.periods[0]
    taken = np.where(flows.present, flows.consumption, 0.0)[:, part.steps]
    production = flows.production[:, part.steps]
    assert production.shape[1] > 2600
    shares = demo_shares(acc, taken, part.start, part.end)
    found = by_sql(production, taken, None if key_type == "default" else shares)
    same(production, taken, shares, found, scale=production.max())


def test_the_statement_gives_the_printed_example():
    production = np.array([[200.0], [100.0], [50.0]])
    consumption = np.array([[150.0], [75.0], [50.0]])
    shares = np.array([[0.5, 0.25, 0.2], [0.5, 0.5, 0.0], [0.0, 0.2, 0.8]])[:, :, None]
    found = by_sql(production, consumption, shares)
    assert found[:, :, 0].round(1).tolist() == [[100, 34.1, 25], [50, 34.1, 0], [0, 6.8, 25]]
