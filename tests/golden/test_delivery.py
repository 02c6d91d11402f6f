"""The delivery made by hand, landed: each figure compared with the one worked out from Annexe 7's printed example."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from energy_pipeline import landing
from energy_pipeline.allocation import compute
from energy_pipeline.metering import operations, participants
from energy_pipeline.tables import landing as t
from energy_pipeline.tables import schemas

HERE = Path(__file__).parent
OPERATION = "ACC00000007"
P1, P2, P3 = "30001000000101", "30001000000102", "30001000000103"
C1, C2, C3 = "30001000000201", "30001000000202", "30001000000203"
DAY = date(2024, 11, 1)

WATTS = {
    "production": {P1: 800, P2: 400, P3: 200},
    "self_produced": {P1: 636, P2: 336, P3: 127},
    "surplus": {P1: 163, P2: 63, P3: 72},
    "consumption": {C1: 600, C2: 300, C3: 200},
    "self_consumption": {C1: 600, C2: 300, C3: 200},
    "complement": {C1: 0, C2: 0, C3: 0},
}


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    inbox = tmp_path_factory.mktemp("golden")
    for file in sorted((HERE / f"{OPERATION}_01112024_01112024").iterdir()):
        target = inbox / f"{OPERATION}_01112024_01112024" / file.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    (batch,) = landing.land(inbox, schemas.empty(t.FILE))
    assert batch.refused == ()
    return batch.frames


def test_every_file_is_loaded_for_its_operation(frames):
    files = frames[t.FILE]
    assert files["status"].unique().to_list() == ["loaded"]
    assert files["operation_id"].unique().to_list() == [OPERATION]
    assert dict(files.group_by("kind").len().iter_rows()) == {
        "curve": 18, "energy": 3, "exchange": 3, "perimeter": 1, "annexe2_operation": 1, "annexe2_participants": 1,
        "dynamic_keys": 3,
    }  # fmt: skip
    assert frames[t.NOTE].is_empty()


def test_curves(frames):
    read = {}
    for series, prm, step, watts in frames[t.CURVE].select("series", "prm", "step_minutes", "watts").iter_rows():
        assert step == 15
        assert len(watts) == 96
        assert len(set(watts)) == 1
        read.setdefault(series, {})[prm] = watts[0]
    assert read == WATTS


def test_energies_and_exchanges(frames):
    energies = frames[t.ENERGY].select("prm", "slot", "energy_kwh").sort("prm", "slot")
    assert energies.rows() == [(C1, "HC", 4.8), (C1, "HP", 9.6), (C2, "BASE", 7.2), (C3, "BASE", 4.8)]
    exchanges = frames[t.EXCHANGE].select("producer_prm", "consumer_prm", "energy_kwh").sort(pl.all())
    assert exchanges.rows() == [
        (P1, C1, 9.6), (P1, C2, 3.27), (P1, C3, 2.4),
        (P2, C1, 4.8), (P2, C2, 3.27), (P2, C3, 0.0),
        (P3, C1, 0.0), (P3, C2, 0.65), (P3, C3, 2.4),
    ]  # fmt: skip


def test_participants_and_keys(frames):
    perimeter = frames[t.PERIMETER].select("prm", "valid_from", "valid_to").sort("prm")
    assert perimeter.rows() == [(prm, DAY, None) for prm in (P1, P2, P3, C1, C2, C3)]
    (file,) = frames[t.FILE].filter(kind="perimeter").select("period_start", "period_end").rows()
    assert file == (DAY, DAY)
    operation = frames[t.OPERATION].row(0, named=True)
    assert (operation["key_type"], operation["commune"], operation["post_code"]) == (
        "full_dynamic", "Valfleuri-sur-Éclaire", "01990",
    )  # fmt: skip
    assert operation["declared_on"] == date(2024, 10, 25)
    declared = frames[t.PARTICIPANT].select("role", "prm", "power_kw").sort("role", "prm")
    assert declared.rows() == [
        ("consumer", C1, None), ("consumer", C2, None), ("consumer", C3, None),
        ("producer", P1, 36.0), ("producer", P2, 18.5), ("producer", P3, 9.0),
    ]  # fmt: skip
    keys = {
        (producer, consumer): set(percents)
        for producer, consumer, percents in frames[t.DYNAMIC_KEY]
        .select("producer_prm", "consumer_prm", "percents")
        .iter_rows()
    }
    assert keys == {
        (P1, C1): {50.0}, (P1, C2): {25.0}, (P1, C3): {20.0},
        (P2, C1): {50.0}, (P2, C2): {50.0}, (P2, C3): {0.0},
        (P3, C1): {0.0}, (P3, C2): {20.0}, (P3, C3): {80.0},
    }  # fmt: skip


def test_the_split_of_the_delivery_is_that_of_annexe_7(frames):
    """From the three files of keys per producer to the energies: what is printed, at each of the 96 quarter-hours."""
    known = frames[t.FILE].select("file_id", "received_at", "path")
    tables = (t.CURVE, t.ENERGY, t.PERIMETER, t.OPERATION, t.PARTICIPANT, t.DYNAMIC_KEY, t.SITE_ROW)
    landed = {
        table.name: frames.get(table, schemas.empty(table)).join(known, on="file_id") for table in tables
    } | {"file": frames[t.FILE]}  # fmt: skip
    made = compute(
        landed,
        operations(landed["operation"], landed["dynamic_key"], landed["file"]),
        participants(landed["perimeter"], landed["participant"], landed["file"]),
        DAY,
    )
    (period,) = made.operation_period.to_dicts()
    assert (period["key_type"], period["key_type_used"], period["default_steps"]) == ("full_dynamic", "full_dynamic", 0)
    given = {
        (row["producer_prm"], row["consumer_prm"]): row["energy_kwh"] for row in made.exchange.iter_rows(named=True)
    }
    # Printed kWh of one step, here Wh of a quarter-hour: × 96 / 1000; printed with one decimal.
    printed = {
        (P1, C1): 100, (P1, C2): 34.1, (P1, C3): 25, (P2, C1): 50, (P2, C2): 34.1, (P2, C3): 0,
        (P3, C1): 0, (P3, C2): 6.8, (P3, C3): 25,
    }  # fmt: skip
    assert given == pytest.approx({pair: kwh * 0.096 for pair, kwh in printed.items()}, abs=0.05 * 0.096)
    assert made.issues.is_empty()
    assert made.split_explanation.is_empty(), "what Enedis published is right"
    assert made.exchange_curve.height == 9
