"""All that a month's reconciliation says, from frames to frames."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from energy_pipeline.invoices import latest_details, total_mismatches
from energy_pipeline.reconciliation.bills import known_days, reconcile, reconciliation_table, with_participation
from energy_pipeline.reconciliation.enedis_split import PERIOD, differing_periods, split_by_energies, split_facts
from energy_pipeline.reconciliation.energies import (
    energy_facts,
    exchange_facts,
    slot_energies,
    totals_of_files,
    with_operation_totals,
)
from energy_pipeline.reconciliation.files import file_facts, paths_of_curves
from energy_pipeline.reconciliation.finding import build
from energy_pipeline.reconciliation.issues import issue_facts
from energy_pipeline.reconciliation.missing_bills import missing_bill_facts
from energy_pipeline.reconciliation.needed import periods_needed
from energy_pipeline.reconciliation.no_curve import with_reasons
from energy_pipeline.reconciliation.notes import with_lost_hours
from energy_pipeline.reconciliation.prices import timeline
from energy_pipeline.reconciliation.reduction import Reduced, reduce_curves
from energy_pipeline.reconciliation.savings import savings, with_refused_prices
from energy_pipeline.reconciliation.slots import Told, judge_slots, slot_facts, told_by_bill
from energy_pipeline.reconciliation.supplier import bill_facts, superseded_facts, total_facts
from energy_pipeline.reconciliation.synthesis import synthesis_facts

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Reconciled:
    """Rows of a month for `marts.invoice_reconciliation`, its slots, `marts.saving_month` and `marts.finding`."""

    invoice_reconciliation: pl.DataFrame
    invoice_slot_reconciliation: pl.DataFrame
    saving_month: pl.DataFrame
    finding: pl.DataFrame


def reconcile_month(landed: Frames, computed: Frames, marts: Frames, month: date) -> Reconciled:
    """Return what the month's reconciliation says.

    `landed`: by name, landing.file, and with `received_at` and `path` energy, exchange, synthesis, invoice_row,
    participant, perimeter, price, note; those of Enedis at least for `month`, the others for all months. `computed`:
    operation_period, curve, exchange, slot_energy, issue, and marts.split_explanation, at least for the periods of
    `periods_needed`. `marts`: operation, participant and site. Operations too many for the memory are reduced in
    batches, by `reduce_curves`, then `conclude`.
    """
    details, _ = latest_details(landed["invoice_row"])
    periods = periods_needed(details, computed["operation_period"], marts["participant"], month)
    return conclude(landed, computed, marts, reduce_curves(periods, computed["curve"], computed["slot_energy"]), month)


def conclude(landed: Frames, computed: Frames, marts: Frames, reduced: Reduced, month: date) -> Reconciled:
    """Return what `reconcile_month` does, from curves already reduced; `computed` needs no curve here.

    `reduced`: at least the periods of `periods_needed`.
    """
    periods = computed["operation_period"].filter(pl.col("month") == month)
    stretches = timeline(landed["price"])
    paths = paths_of_curves(landed["file"])

    slots = slot_energies(_of_periods(landed["energy"], periods))
    files = totals_of_files(slots)
    of_curves = _of_periods(reduced.totals, periods)
    split = pl.concat([reduced.split.join(periods, on=PERIOD, how="semi"), split_by_energies(files, of_curves)])
    split_off = differing_periods(split)
    totals = with_operation_totals(of_curves)

    details, superseded = latest_details(landed["invoice_row"])
    electricity = details.filter(pl.col("fluid").ne_missing("gas"))
    known = known_days(reduced.daily, marts["participant"])
    judged = reconcile(electricity, known, marts["participant"], marts["site"], month)
    judged = with_participation(judged, marts["operation"], _told(landed))
    judged = with_reasons(judged, known, marts["participant"], computed["operation_period"], landed["file"])
    by_slot = judge_slots(electricity, judged, Told(known, reduced.slot_daily, slots, stretches))
    saved, prices_missing = savings(reduced.daily, periods, stretches, marts["site"], month)

    issues, notes = with_lost_hours(computed["issue"], landed["note"], landed["file"])
    found = [
        file_facts(landed["file"], notes, month),
        issue_facts(issues, month),
        split_facts(split, periods, computed["split_explanation"], stretches, paths),
        energy_facts(files, totals, split_off, paths),
        exchange_facts(_of_periods(landed["exchange"], periods), computed["exchange"], of_curves, periods, split_off),
        synthesis_facts(_of_periods(landed["synthesis"], periods), slots, files, totals, split_off),
        bill_facts(judged, told_by_bill(by_slot)),
        slot_facts(by_slot),
        total_facts(total_mismatches(details), judged, month),
        missing_bill_facts(electricity, marts["site"], month),
        superseded_facts(superseded, judged, month),
        with_refused_prices(prices_missing, landed["file"]),
    ]
    judged = judged.join(by_slot.by_bill, on="bill", how="left", maintain_order="left")
    return Reconciled(reconciliation_table(judged), by_slot.table, saved, build(pl.concat(found)))


def _told(landed: Frames) -> set[str]:
    """Return the operations of which something lists the participants."""
    return set(landed["participant"]["operation_id"]) | set(landed["perimeter"]["operation_id"])


def _of_periods(rows: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return the rows about exactly these periods."""
    key = ["operation_id", "period_start", "period_end"]
    return rows.join(periods.select(key), on=key, how="semi")
