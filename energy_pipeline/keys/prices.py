"""What a kWh is worth at each step, per participant, from the dated prices of `prices.csv`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.keys.situation import KeyInputError, Situation
from energy_pipeline.metering import slots
from energy_pipeline.metering.gaps import MINUTES_PER_DAY, local_minutes
from energy_pipeline.reconciliation.prices import ALL, lookup, timeline

FloatArray = NDArray[np.float64]
Calendar = tuple[tuple[str, ...], slots.Windows | None]
"""Slots of a contract, and the off-peak hours that tell them apart."""
NO_SLOT: Calendar = (slots.BASE, None)


@dataclass(frozen=True, eq=False)
class Prices:
    """EUR/kWh excluding VAT at each step, NaN where unknown; an organiser's fee that nobody gives is 0."""

    avoided: FloatArray
    """(consumers, steps): supplier's price of a kWh that is not bought."""
    local: FloatArray
    """(consumers, steps): price paid to the producers."""
    fee: FloatArray
    """(consumers, steps): fee paid to the organiser."""
    surplus: FloatArray
    """(producers, steps): price at which the surplus is sold."""

    @property
    def margin(self) -> FloatArray:
        """(consumers, steps): what a consumer saves on a kWh received."""
        return self.avoided - self.local - self.fee

    def known_margin(self, situation: Situation) -> FloatArray:
        """Return `margin`, or raise KeyInputError naming the price that is missing and for whom."""
        for values, word in ((self.avoided, "prix évité"), (self.local, "prix local")):
            unknown = np.flatnonzero(np.isnan(values).any(axis=1))
            if unknown.size:
                names = ", ".join(situation.consumers[row] for row in unknown[:5])
                raise KeyInputError(
                    f"Le {word} manque sur tout ou partie de la période pour {names}"
                    f"{'…' if unknown.size > 5 else ''} : compléter prices.csv, ou les heures creuses du site si le "
                    "prix dépend du poste."
                )
        return self.margin


def prices(situation: Situation, price_rows: pl.DataFrame, slot_rows: pl.DataFrame) -> Prices:
    """Return the prices of each step.

    `price_rows`: `marts.price`; which row wins: as in `reconciliation.prices`. `slot_rows`: prm, slot, off_peak_hours:
    the slots of each consumer's contract and its off-peak hours as written. A consumer whose slots or hours are not
    known has only the prices that name no slot, or BASE.
    """
    stretches = timeline(price_rows).filter(pl.col("operation_id").is_in([ALL, situation.operation_id]))
    calendars = {
        prm: _calendar(set(rows["slot"]), rows["off_peak_hours"][0])
        for (prm,), rows in slot_rows.group_by("prm", maintain_order=True)
    }
    consumers = {
        name: _of_steps(situation, situation.consumers, stretches, name, calendars)
        for name in ("avoided_price", "local_price", "organiser_fee")
    }
    return Prices(
        consumers["avoided_price"],
        consumers["local_price"],
        np.nan_to_num(consumers["organiser_fee"]),
        _of_steps(situation, situation.producers, stretches, "surplus_price", {}),
    )


def _calendar(named: set[str], off_peak: str | None) -> Calendar:
    """Return the slots of a contract with the off-peak hours that tell them apart; BASE when nothing does."""
    windows = slots.parse_windows(off_peak)
    wanted = next((names for names in (slots.FOUR, slots.TWO) if named & set(names)), slots.BASE)
    return (wanted, windows) if windows else NO_SLOT


def _of_steps(
    situation: Situation,
    prms: tuple[str, ...],
    stretches: pl.DataFrame,
    price: str,
    calendars: Mapping[str, Calendar],
) -> FloatArray:
    """Return (prms, steps) of one price."""
    period = (situation.period_start, situation.period_end, situation.step_minutes)
    minutes = local_minutes(*period)
    day = minutes // MINUTES_PER_DAY - minutes[0] // MINUTES_PER_DAY
    days = [situation.period_start + timedelta(days=number) for number in range(int(day[-1]) + 1)]
    asked = [(prm, slot) for prm in prms for slot in calendars.get(prm, NO_SLOT)[0]]
    frame = pl.DataFrame(
        [(situation.operation_id, prm, slot, at) for prm, slot in asked for at in days],
        schema={"operation_id": pl.String(), "prm": pl.String(), "slot": pl.String(), "day": pl.Date()},
        orient="row",
    )
    daily = lookup(frame, stretches, price)[price].cast(pl.Float64).fill_null(np.nan).to_numpy()
    by_slot = dict(zip(asked, daily.reshape(len(asked), len(days)), strict=True))
    values = np.empty((len(prms), len(day)))
    for row, prm in enumerate(prms):
        names, windows = calendars.get(prm, NO_SLOT)
        masks = slots.masks(names, windows, *period)
        assert masks is not None, "slots are asked for only when their hours are known"
        values[row] = np.select(list(masks > 0), [by_slot[prm, slot][day] for slot in names], np.nan)
    return values
