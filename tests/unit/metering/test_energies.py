"""Published energies of a period, their slots summed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from energy_pipeline.metering import energies

A, B = "30001000000011", "30001000000022"
START, END = date(2025, 9, 1), date(2025, 9, 30)


def rows(*given):
    """(file, day received, PRM, series, slot, kWh)."""
    return pl.DataFrame(
        [("ACC99000001", START, END, file, datetime(2025, 10, day, tzinfo=ZoneInfo("Europe/Paris")), prm, series,
          slot, kwh) for file, day, prm, series, slot, kwh in given],
        schema={"operation_id": pl.String, "period_start": pl.Date, "period_end": pl.Date, "file_id": pl.String,
                "received_at": pl.Datetime("us", "Europe/Paris"), "prm": pl.String, "series": pl.String,
                "slot": pl.String, "energy_kwh": pl.Float64},
        orient="row",
    )  # fmt: skip


def test_the_slots_of_the_latest_file_are_summed():
    found = energies.by_operation(
        rows(
            ("a", 8, A, "self_consumption", "HP", 10.5), ("a", 8, A, "self_consumption", "HC", 4.5),
            ("b", 9, A, "self_consumption", "HP", 20.0), ("a", 8, A, "complement", "BASE", 3.0),
            ("c", 8, B, "surplus", "BASE", 7.0),
        )
    )  # fmt: skip
    assert found == {
        "ACC99000001": {
            (START, END): {(A, "self_consumption"): 20.0, (A, "complement"): 3.0, (B, "surplus"): 7.0}
        }
    }  # fmt: skip


def test_totals_of_the_operation_and_files_with_a_hole_tell_nothing():
    whole = ("a", 8, None, "surplus", "BASE", 7.0)
    hole = [("b", 8, A, "surplus", "HP", None), ("b", 8, A, "surplus", "HC", 1.0)]
    assert energies.by_operation(rows(whole, *hole)) == {}
