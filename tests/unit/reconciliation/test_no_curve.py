"""Why a bill could not be compared: which curve lacks, when, and whether its file was refused."""

from datetime import date

import numpy as np
import pytest

from energy_pipeline.tables import landing
from energy_pipeline.tables.schemas import frame
from tests.unit.invoices.rows import at
from tests.unit.reconciliation.frames import HALL, OCTOBER, ROOF, SCHOOL, curve, curves, period, periods, reduce, stays
from tests.unit.reconciliation.test_bills import SEPTEMBER, billed, daily, flat, judge, roof, unshared

PRODUCTION = {"kind": "curve", "series": "production", "prm": ROOF}


def reason(*bills, **context):
    judged = judge(*(bills or ({},)), **context)
    assert judged["verdict"].to_list() == ["no_curve"] * judged.height
    return judged["reason"].item()


def files(*rows):
    given = {"file_id": "f", "delivery": "d", "operation_id": "ACC00000001", "period_start": OCTOBER,
             "period_end": date(2025, 10, 31), "received_at": at(3), "size_bytes": 1, "status": "loaded"}  # fmt: skip
    named = [{"path": f"{rank}.csv", "name": f"{rank}.csv", **given, **row} for rank, row in enumerate(rows)]
    return frame(landing.FILE, named)


def test_a_bill_that_is_judged_needs_no_reason():
    assert judge({}, billed(745.0, detail_id="2"))["reason"].to_list() == [None, None]


def test_the_days_without_a_value_are_told():
    measured = np.full(745, 1000.0)
    measured[[24 * 11, 24 * 12, 24 * 19]] = np.nan  # 12, 13 and 20 October
    days = daily(curve(SCHOOL, measured, 250.0, quality=np.where(np.isnan(measured), 5, 1)))
    told = "Courbe de consommation du point absente du 12/10/2025 au 13/10/2025 et le 20/10/2025."
    assert reason(days=days) == told
    refused = files({"kind": "curve", "series": "consumption", "prm": SCHOOL, "status": "quarantined",
                     "name": "cdc.csv", "reason": "Ligne 7 : valeur illisible."})  # fmt: skip
    assert reason(days=days, files=refused) == f"{told} Fichier « cdc.csv » refusé : Ligne 7 : valeur illisible."
    elsewhere = files({"kind": "curve", "prm": SCHOOL, "status": "quarantined", "reason": "x",
                       "period_start": date(2025, 8, 1), "period_end": date(2025, 8, 31)})  # fmt: skip
    assert reason(days=days, files=elsewhere) == told, "a file of other days"
    mended = files({"kind": "curve", "prm": SCHOOL, "status": "quarantined", "path": "a", "name": "a", "reason": "x"},
                   {"kind": "curve", "prm": SCHOOL, "path": "a", "name": "a", "received_at": at(4)})  # fmt: skip
    assert reason(days=days, files=mended) == told, "a file mended since"


def test_a_month_that_nobody_sent():
    assert reason(days=daily(flat(SEPTEMBER))) == (
        "Courbe de consommation du point absente du 01/10/2025 au 31/10/2025.")  # fmt: skip


def test_the_producer_whose_curve_lacks_is_named_with_its_refused_file():
    days = daily(unshared(), are_producers_measured=False)
    told = f"Courbe de production du producteur {ROOF} absente du 01/10/2025 au 31/10/2025."
    assert reason(days=days) == told
    refused = files(PRODUCTION | {"status": "quarantined", "name": "toit.csv", "reason": "Pas de 20 minutes"})
    assert reason(days=days, files=refused) == f"{told} Fichier « toit.csv » refusé : Pas de 20 minutes."


def test_a_hole_in_a_producer_s_curve_that_was_read():
    days = daily(unshared(), roof(OCTOBER, quality=np.where(np.arange(745) == 300, 5, 1)),
                 are_producers_measured=False)  # fmt: skip
    assert reason(days=days, files=files(PRODUCTION)) == (
        "Complément non publié en entier, et non recalculable : une courbe de producteur est incomplète le 13/10/2025."
    )
    assert "une courbe de producteur, ou de consommateur sous clés par défaut, est incomplète le 13/10/2025." in reason(
        days=days, files=files(PRODUCTION), key="default"
    ), "the consumers' curves are whole"


def test_days_outside_the_operation_and_points_of_no_operation():
    joined = stays((SCHOOL, "consumer", date(2025, 10, 16), None), (ROOF, "producer", SEPTEMBER, None))
    present = np.arange(745) >= 24 * 15
    half = curve(SCHOOL, np.where(present, 1000.0, np.nan), np.where(present, 250.0, np.nan), quality=present)
    assert (
        reason(days=daily(half), participants=joined)
        == "Ce point n'est pas dans l'opération du 01/10/2025 au 15/10/2025."
    )
    assert reason({"prm": HALL}) == (
        "Ce point n'est d'aucune opération connue à ces dates : aucune courbe à comparer.")  # fmt: skip
    undated = {"consumption_start": None, "consumption_end": None}
    assert reason(undated, month=date(2025, 11, 1)) == "La facture ne donne pas ses dates de consommation."


@pytest.mark.parametrize("first", [date(2025, 11, 1), date(2025, 11, 30)])
def test_a_bill_that_ends_before_it_begins_stops_nothing(first):
    told = reason({"consumption_start": first, "consumption_end": date(2025, 10, 31)})
    assert told == "La période de consommation de la facture finit avant de commencer."


def test_without_keys_nothing_is_recomputed():
    days = daily(curve(SCHOOL, 1000.0))
    assert reason(days=days, files=files(PRODUCTION)) == (
        "Clés de répartition inconnues, et complément non publié en entier du 01/10/2025 au 31/10/2025.")  # fmt: skip


@pytest.mark.parametrize(
    ("key", "verdict"),
    [("static", "matches"), ("dynamic", "matches"), ("default", "no_curve"), ("mixed", "no_curve")],
)
def test_under_default_keys_a_consumer_without_curve_leaves_the_share_of_the_others_unknown(key, verdict):
    # 559 kWh rightly billed. The town hall counts as nothing in the denominator: under default keys the school would
    # have taken all 400 W of the roof, and 559 kWh would pass for 112 too many.
    shared = 250.0 if verdict == "matches" else 400.0
    two = stays((SCHOOL, "consumer", SEPTEMBER, None), (HALL, "consumer", SEPTEMBER, None),
                (ROOF, "producer", SEPTEMBER, None))  # fmt: skip

    def of(*rows):
        return reduce(periods(period(key=key)), curves(*rows, roof(OCTOBER))).daily

    hall = curve(HALL, np.nan, np.nan, quality=5)
    assert judge({}, days=of(flat(OCTOBER, shared), hall), participants=two)["verdict"].to_list() == [verdict]
    published = flat(OCTOBER, shared, published=250.0, published_remainder=750.0)
    assert judge({}, days=of(published, hall), participants=two)["verdict"].to_list() == ["matches"]


def others(*prms):
    return stays(*((prm, "consumer", SEPTEMBER, None) for prm in (SCHOOL, *prms)), (ROOF, "producer", SEPTEMBER, None))


def test_under_default_keys_a_hole_of_another_consumer_spoils_its_own_day_only_and_is_named():
    hole = np.arange(745) == 24 * 19
    hall = curve(HALL, np.where(hole, np.nan, 1000.0), 150.0, quality=np.where(hole, 5, 1))
    days = reduce(periods(period(key="default")), curves(flat(OCTOBER), hall, roof(OCTOBER))).daily
    # 1–19 October, 456 h × 0,75 kW; the hole is on the 20th.
    before = billed(342.0, consumption_end=date(2025, 10, 19))
    assert judge(before, days=days, participants=others(HALL), key="default")["verdict"].to_list() == ["matches"]
    told = (
        "Complément non publié en entier, et non recalculable sous clés par défaut : courbe de consommation du "
        f"consommateur {HALL} absente le 20/10/2025."
    )
    context = {"days": days, "participants": others(HALL), "key": "default"}
    assert reason(files=files(PRODUCTION), **context) == told
    refused = {"kind": "curve", "series": "consumption", "prm": HALL, "status": "quarantined", "name": "mairie.csv",
               "reason": "Nombre illisible."}  # fmt: skip
    assert reason(files=files(PRODUCTION, refused), **context) == (
        f"{told} Fichier « mairie.csv » refusé : Nombre illisible."
    )


def test_consumers_that_have_no_curve_at_all_are_named_some_of_them_and_the_others_counted():
    absent = [f"300010000001{rank:02}" for rank in range(8)]
    rows = [curve(prm, np.nan, np.nan, quality=5) for prm in absent]
    days = reduce(periods(period(key="default")), curves(flat(OCTOBER), *rows, roof(OCTOBER))).daily
    assert reason(days=days, participants=others(*absent), files=files(PRODUCTION), key="default").endswith(
        f"courbe de consommation des consommateurs {', '.join(absent[:6])} et 2\u00a0autres absente du 01/10/2025 au "
        "31/10/2025."
    )


def test_a_consumer_counts_only_while_it_takes_part():
    gone = stays((SCHOOL, "consumer", SEPTEMBER, None), (HALL, "consumer", SEPTEMBER, date(2025, 10, 11)),
                 (HALL, "consumer", date(2025, 10, 21), None), (ROOF, "producer", SEPTEMBER, None))  # fmt: skip
    present = ~np.isin(np.arange(745) // 24, range(10, 20))  # the day of 25 hours comes later
    hall = curve(HALL, np.nan, np.nan, quality=np.where(present, 5, 0))
    days = reduce(periods(period(key="default")), curves(flat(OCTOBER), hall, roof(OCTOBER))).daily
    told = reason(days=days, participants=gone, files=files(PRODUCTION), key="default")
    assert told.endswith(f"{HALL} absente du 01/10/2025 au 10/10/2025 et du 21/10/2025 au 31/10/2025.")
