"""From the arrays of each operation to the frames of `computed`, all operations of the batch in one pass."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from energy_pipeline import program
from energy_pipeline.allocation.comparison import W_TO_KWH
from energy_pipeline.allocation.kernel import exchange_by_step
from energy_pipeline.allocation.operation import OperationResult, Side
from energy_pipeline.metering import gaps
from energy_pipeline.metering.slots import SlotEnergy
from energy_pipeline.periods import grid
from energy_pipeline.tables import computed, marts
from energy_pipeline.tables.schemas import empty, frame, validate


def operation_periods(results: Sequence[OperationResult]) -> pl.DataFrame:
    """Return `computed.operation_period`."""
    return validate(
        computed.OPERATION_PERIOD, frame(computed.OPERATION_PERIOD, [_period_row(each) for each in results])
    )


def _period_row(result: OperationResult) -> dict[str, object]:
    sides = (result.consumers, result.producers)
    codes = np.concatenate([side.quality.ravel() for side in sides])
    counts = np.bincount(codes, minlength=gaps.MISSING + 1)
    return {
        "operation_id": result.operation_id,
        "period_start": result.period_start,
        "period_end": result.period_end,
        "month": grid.month_of(result.period_end),
        "step_minutes": result.step_minutes,
        "key_type": result.key_type,
        "key_type_used": result.keys.key_type,
        "key_source": result.keys.source,
        "default_steps": result.keys.default_steps,
        "steps_expected": int(counts[1:].sum()),
        "steps_estimated": int(counts[gaps.LINEAR] + counts[gaps.WEEK_BEFORE]),
        "steps_missing": int(counts[gaps.MISSING]),
        "digest": _digest(result),
    }


def _digest(result: OperationResult) -> str:
    """Return what changes with any row of `computed.curve` of a period."""
    told = hashlib.blake2b(f"{program.digest()} {result.step_minutes}".encode(), digest_size=16)
    arrays = [] if result.split is None else [getattr(result.split, field.name) for field in fields(result.split)]
    for side in (result.consumers, result.producers):
        told.update(repr((side.members.role, side.members.prms)).encode())
        arrays += [side.quality, side.measured, *side.published]
    for array in arrays:
        told.update(np.ascontiguousarray(array).data)
    return told.hexdigest()


def curve_rows(results: Sequence[OperationResult]) -> pl.DataFrame:
    """Return `computed.curve`: consumers, then producers, of each operation."""
    sides = [(result, side) for result in results for side in (result.consumers, result.producers)]
    heads = [
        (result.operation_id, result.period_start, prm, side.members.role, result.step_minutes)
        for result, side in sides
        for prm in side.members.prms
    ]
    if not heads:
        return empty(computed.CURVE)
    parts = [_columns(result, side) for result, side in sides]
    columns = {
        name: _series([part[name] for part in parts], pa.uint8() if name == "quality" else pa.float64())
        for name in parts[0]
    }
    names = computed.CURVE.column_names[:5]
    rows = frame(computed.CURVE, [dict(zip(names, head, strict=True)) for head in heads]).with_columns(**columns)
    return validate(computed.CURVE, rows)


def _columns(result: OperationResult, side: Side) -> dict[str, "Lists"]:
    """Return the columns of `computed.curve` of one side of an operation."""
    nothing = Lists.nothing(len(side.members.prms))
    columns = {
        "quality": Lists.of(side.quality),
        "measured_w": Lists.of(side.measured),
        "self_consumption_w": nothing,
        "remainder_w": nothing,
        "published_self_consumption_w": Lists.where_known(side.published[0]),
        "published_remainder_w": Lists.where_known(side.published[1]),
    }
    if result.split is not None:
        is_consumer = side.members.role == "consumer"
        shared = result.split.self_consumption if is_consumer else result.split.self_produced
        columns["self_consumption_w"] = Lists.of(shared)
        columns["remainder_w"] = Lists.of(side.measured - shared if is_consumer else result.split.surplus)
    return columns


@dataclass(frozen=True, slots=True)
class Lists:
    """Rows of a column of lists: which of them are not NULL, and the values (rows that are not NULL, steps)."""

    is_known: NDArray[np.bool_]
    values: NDArray[Any]

    @classmethod
    def of(cls, values: NDArray[Any]) -> "Lists":
        """Return all the rows."""
        return cls(np.ones(len(values), dtype=bool), values)

    @classmethod
    def nothing(cls, rows: int) -> "Lists":
        """Return rows that are all NULL."""
        return cls(np.zeros(rows, dtype=bool), np.empty((0, 0)))

    @classmethod
    def where_known(cls, values: NDArray[np.float64]) -> "Lists":
        """Return the rows, NULL where all of it is NaN."""
        is_known = np.less(np.isnan(values).sum(axis=1), values.shape[1])
        return cls(is_known, values if is_known.all() else values[is_known])


def _series(parts: Sequence[Lists], type_: pa.DataType) -> pl.Series:
    """Return the rows of all the parts as one series of lists; NaN is NULL."""
    is_known = np.concatenate([part.is_known for part in parts])
    lengths = np.zeros(len(is_known), dtype=np.int64)
    lengths[is_known] = np.concatenate([np.full(len(part.values), part.values.shape[1]) for part in parts])
    flat = np.concatenate([part.values.ravel() for part in parts])
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    rows = pa.LargeListArray.from_arrays(
        pa.array(offsets, pa.int64()), pa.array(flat, type_, from_pandas=True), mask=pa.array(~is_known)
    )
    return pl.Series(pl.from_arrow(rows))


def exchanges(results: Sequence[OperationResult]) -> pl.DataFrame:
    """Return `computed.exchange`: every producer with every consumer of a period whose keys are known."""
    rows: list[dict[str, object]] = []
    for result in results:
        if result.split is None:
            continue
        energies = result.split.exchange * (result.step_minutes * W_TO_KWH)
        rows += [
            {
                "operation_id": result.operation_id,
                "period_start": result.period_start,
                "producer_prm": producer,
                "consumer_prm": consumer,
                "energy_kwh": energy,
            }
            for producer, own in zip(result.producers.members.prms, energies.tolist(), strict=True)
            for consumer, energy in zip(result.consumers.members.prms, own, strict=True)
        ]
    return validate(computed.EXCHANGE, frame(computed.EXCHANGE, rows))


def exchange_curves(results: Sequence[OperationResult]) -> pl.DataFrame:
    """Return `marts.exchange_curve`: step by step, of the periods in which each producer has its own keys.

    What a producer without any curve gave is not known: it has no row.
    """
    rows: list[dict[str, object]] = []
    for result in results:
        shares = result.keys.shares
        if shares is None or shares.ndim < 3:
            continue
        powers = exchange_by_step(result.producers.for_split(), result.consumers.for_split(), shares)
        rows += [
            {
                "operation_id": result.operation_id,
                "period_start": result.period_start,
                "period_end": result.period_end,
                "month": grid.month_of(result.period_end),
                "producer_prm": producer,
                "consumer_prm": consumer,
                "step_minutes": result.step_minutes,
                "power_w": power,
            }
            for producer, own, measured in zip(
                result.producers.members.prms, powers, result.producers.measured, strict=True
            )
            if not np.isnan(measured).all()
            for consumer, power in zip(result.consumers.members.prms, own, strict=True)
        ]
    return validate(marts.EXCHANGE_CURVE, frame(marts.EXCHANGE_CURVE, rows))


def split_explanations(results: Sequence[OperationResult]) -> pl.DataFrame:
    """Return `marts.split_explanation`: of the periods whose published split differs from ours."""
    rows: list[dict[str, object]] = [
        {
            "operation_id": result.operation_id,
            "period_start": result.period_start,
            "period_end": result.period_end,
            "month": grid.month_of(result.period_end),
            "rank": rank,
            "hypothesis": each.hypothesis,
            "description": each.description,
            "residual_kwh": each.residual_kwh,
            "difference_kwh": each.difference_kwh,
        }
        for result in results
        for rank, each in enumerate(result.explanations, start=1)
    ]
    return validate(marts.SPLIT_EXPLANATION, frame(marts.SPLIT_EXPLANATION, rows))


def slot_energies(rows: Sequence[tuple[OperationResult, list[SlotEnergy]]]) -> pl.DataFrame:
    """Return `computed.slot_energy`."""
    made: list[dict[str, object]] = [
        {
            "operation_id": result.operation_id,
            "period_start": result.period_start,
            "prm": each.prm,
            "slot": each.slot,
            "slot_source": each.source,
            "off_peak_hours": each.off_peak_hours,
            "consumption_kwh": each.consumption_kwh,
            "self_consumption_kwh": each.self_consumption_kwh,
            "complement_kwh": each.complement_kwh,
        }
        for result, found in rows
        for each in found
    ]
    return validate(computed.SLOT_ENERGY, frame(computed.SLOT_ENERGY, made))
