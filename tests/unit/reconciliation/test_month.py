"""The whole of a month: savings, one finding per fact, batches, isolation."""

from datetime import date

import pytest
from polars.testing import assert_frame_equal

from energy_pipeline.invoices import sites
from energy_pipeline.reconciliation import conclude, reconcile_month
from energy_pipeline.reconciliation.prices import timeline
from energy_pipeline.reconciliation.reduction import concat
from energy_pipeline.reconciliation.savings import savings
from energy_pipeline.tables import computed, landing, marts
from energy_pipeline.tables.schemas import empty, frame, validate
from tests.unit.invoices.rows import at, invoice_rows, landed
from tests.unit.reconciliation.frames import (
    ACC,
    HALL,
    NOVEMBER,
    OCTOBER,
    ROOF,
    SCHOOL,
    as_facts,
    curve,
    curves,
    period,
    periods,
    price,
    prices,
    reduce,
    stays,
)

JOINED = ("energy", "exchange", "synthesis", "invoice_row", "site_row", "price", "note", "participant", "perimeter")
PRICES = (price("avoided_price", 0.20), price("local_price", 0.08))


def inputs(*curve_rows, starts=(OCTOBER,), bills=(), price_rows=PRICES, **landed_rows):
    landed_frames = {name: landed(getattr(landing, name.upper()), list(landed_rows.get(name, ()))) for name in JOINED}
    landed_frames |= {"file": empty(landing.FILE), "price": prices(*price_rows)}
    if bills:
        landed_frames["invoice_row"] = invoice_rows(*bills)
    return {
        "landed": landed_frames,
        "computed": {
            "operation_period": periods(*(period(start) for start in starts)),
            "curve": curves(*curve_rows),
            "exchange": empty(computed.EXCHANGE),
            "slot_energy": empty(computed.SLOT_ENERGY),
            "issue": empty(computed.ISSUE),
            "split_explanation": empty(marts.SPLIT_EXPLANATION),
        },
        "marts": {
            "operation": empty(marts.OPERATION),
            "participant": stays((SCHOOL, "consumer", date(2025, 1, 1), None)),
            "site": sites(landed_frames["site_row"]),
        },
    }


def checked(made):
    validate(marts.INVOICE_RECONCILIATION, made.invoice_reconciliation)
    validate(marts.INVOICE_SLOT_RECONCILIATION, made.invoice_slot_reconciliation)
    validate(marts.SAVING_MONTH, made.saving_month)
    validate(marts.FINDING, made.finding)
    return made


def operation(*, published=None, start=OCTOBER):
    return (
        curve(SCHOOL, 1000.0, 250.0, published=published, start=start),
        curve(ROOF, 400.0, 250.0, role="producer", start=start),
    )


BILL = {
    "prm": SCHOOL, "consumption_start": OCTOBER, "consumption_end": date(2025, 11, 15), "consumption_kwh": 1105.0,
    "consumption_hp_kwh": 1105.0, "energy_eur": 165.75, "capacity_eur": None, "cee_eur": None,
    "cee_precarity_eur": None, "fixed_grid_eur": None, "variable_grid_eur": None, "excl_tax_eur": 165.75,
    "excise_eur": 33.15, "cta_eur": None, "tccfe_eur": None, "tdcfe_eur": None, "total_excl_vat_eur": 198.90,
    "vat_base_reduced_eur": None, "vat_reduced_eur": None, "vat_base_normal_eur": 198.90, "vat_normal_eur": 39.78,
    "total_incl_vat_eur": 238.68,
}  # fmt: skip


def test_nothing_gives_nothing():
    none = inputs(starts=())
    none["landed"] = {name: table.clear() for name, table in none["landed"].items()}
    made = checked(reconcile_month(**none, month=OCTOBER))
    assert (made.finding.height, made.saving_month.height, made.invoice_reconciliation.height) == (0, 0, 0)


def test_savings_of_a_month():
    # 745 h × 250 W = 186,25 kWh at 0,12 €.
    made = checked(reconcile_month(**inputs(*operation()), month=OCTOBER))
    (row,) = made.saving_month.to_dicts()
    assert row["prm"] == SCHOOL
    assert row["self_consumption_kwh"] == pytest.approx(186.25)
    assert (str(row["avoided_price"]), str(row["local_price"])) == ("0.200000", "0.080000")
    assert str(row["saving_eur"]) == "22.3500"
    assert made.finding.is_empty()


def test_savings_follow_a_price_that_changes_in_the_period():
    # 1–15 October: 360 h, 90 kWh at 0,12; from the 16th: 385 h, 96,25 kWh at 0,22, less 0,01 of fee all along.
    rows = [price("avoided_price", 0.20, end=date(2025, 10, 16)), price("avoided_price", 0.30, date(2025, 10, 16)),
            PRICES[1], price("organiser_fee", 0.01)]  # fmt: skip
    made = reconcile_month(**inputs(*operation(), price_rows=rows), month=OCTOBER)
    assert float(made.saving_month["saving_eur"].item()) == pytest.approx(10.8 + 21.175 - 1.8625, abs=1e-3)


def test_a_missing_price_is_said_once_per_operation_and_month():
    rows = [curve(HALL, 800.0, 100.0), *operation()]
    made = checked(reconcile_month(**inputs(*rows, price_rows=PRICES[:1]), month=OCTOBER))
    assert made.saving_month["saving_eur"].to_list() == [None, None]
    (finding,) = made.finding.to_dicts()
    assert (finding["check_name"], finding["severity"]) == ("price_missing", "info")
    assert finding["message"] == (
        "Prix local manquant du 01/10/2025 au 31/10/2025 pour 2 consommateurs : l'économie en euros n'est pas calculée."
    )
    assert reconcile_month(**inputs(*rows), month=OCTOBER).finding.is_empty()


def test_no_price_is_needed_without_self_consumption():
    made = reconcile_month(**inputs(curve(SCHOOL, 1000.0, 0.0), price_rows=()), month=OCTOBER)
    assert made.finding.is_empty()
    assert float(made.saving_month["saving_eur"].item()) == 0.0


def test_the_published_self_consumption_saves_where_ours_is_unknown():
    row = curve(SCHOOL, 1000.0, None, published=200.0)
    daily = reduce(periods(period()), curves(row)).daily
    made, missing = savings(daily, periods(period()), timeline(prices(*PRICES)), empty(marts.SITE), OCTOBER)
    assert made["self_consumption_kwh"].item() == pytest.approx(149.0)
    assert as_facts(missing) == []


def test_a_bill_takes_the_curves_of_the_month_before():
    rows = [*operation(), *operation(start=NOVEMBER)]
    made = checked(reconcile_month(**inputs(*rows, starts=(OCTOBER, NOVEMBER), bills=[BILL]), month=NOVEMBER))
    (finding,) = made.finding.to_dicts()
    assert finding["check_name"] == "self_consumption_not_deducted"
    # 276,25 kWh at 0,15 €.
    assert (str(finding["amount_eur"]), str(finding["amount_ttc_eur"])) == ("41.44", "49.73")
    assert made.saving_month["period_start"].to_list() == [NOVEMBER]
    before = reconcile_month(**inputs(*rows, starts=(OCTOBER, NOVEMBER), bills=[BILL]), month=OCTOBER)
    assert before.finding.is_empty()
    assert before.invoice_reconciliation.is_empty()


def test_an_error_of_enedis_is_not_also_one_of_the_supplier():
    # Enedis published 100 W instead of 250: 74,5 kWh; the supplier billed the rest, 670,5.
    rows = [curve(SCHOOL, 1000.0, 250.0, published=100.0, published_remainder=900.0), operation()[1]]
    bill = {**BILL, "consumption_end": date(2025, 10, 31), "consumption_kwh": 671.0, "consumption_hp_kwh": 671.0}
    made = checked(reconcile_month(**inputs(*rows, bills=[bill]), month=OCTOBER))
    (finding,) = made.finding.to_dicts()
    assert finding["check_name"] == "published_split_differs"
    # 111,75 kWh at 0,12 €.
    assert str(finding["amount_eur"]) == "13.41"
    assert made.invoice_reconciliation["verdict"].to_list() == ["matches"]


def test_totals_and_changed_rows_of_the_month_are_findings():
    changed = [{**BILL, "file_id": "a", "total_incl_vat_eur": 248.68}, {**BILL, "file_id": "b",
               "total_incl_vat_eur": 258.68}]  # fmt: skip
    made = checked(reconcile_month(**inputs(bills=changed, starts=()), month=NOVEMBER))
    by_check = {row["check_name"]: row for row in made.finding.to_dicts()}
    assert set(by_check) == {"invoice_total_mismatch", "superseded_invoice_row"}
    mismatch = by_check["invoice_total_mismatch"]
    assert (mismatch["amount_eur"], str(mismatch["amount_ttc_eur"])) == (None, "20.00")
    assert by_check["superseded_invoice_row"]["amount_eur"] is None
    assert {row["operation_id"] for row in by_check.values()} == {ACC}
    assert by_check["invoice_total_mismatch"]["message"].endswith(
        "mais le total hors TVA plus la TVA donne 238,68\u00a0€, soit 20,00\u00a0€ TTC en trop."
    )


@pytest.mark.parametrize(
    ("layout", "called"),
    [
        ("totalenergies_invoices_electricity_2023", "TOTAL HORS TVA"),
        ("edf_invoices_2026", "total_htva_euros"),
        ("engie_invoices_electricity_2026", "Montant total HTVA (€)"),
        (None, "total hors TVA"),
    ],
)
def test_a_total_that_does_not_add_up_is_called_as_the_file_calls_it(layout, called):
    # The bill of 198,90, VAT 39,78, 12,34 higher, its base, VAT and total following: 14,81 with VAT.
    higher = {"total_excl_vat_eur": 211.24, "vat_base_normal_eur": 211.24, "vat_normal_eur": 42.25,
              "total_incl_vat_eur": 253.49, "layout": layout}  # fmt: skip
    made = checked(reconcile_month(**inputs(bills=[BILL | higher], starts=()), month=NOVEMBER))
    finding = made.finding.filter(check_name="invoice_total_mismatch").row(0, named=True)
    assert (
        f"détail 0001 : {called} de 211,24\u00a0€, mais le montant hors taxes plus les taxes donne"
        in finding["message"]
    )
    assert finding["message"].endswith("soit 12,34\u00a0€ HT (14,81\u00a0€ TTC) en trop.")
    assert f'"column": "{called}"' in finding["evidence"]


def test_a_missing_price_names_the_file_of_prices_that_was_refused():
    given = inputs(*operation(), price_rows=())
    (finding,) = reconcile_month(**given, month=OCTOBER).finding.filter(check_name="price_missing").to_dicts()
    assert finding["message"].endswith("l'économie en euros n'est pas calculée.")
    refused = {
        "file_id": "p", "path": "prix/prices.csv", "name": "prices.csv", "delivery": "prix", "kind": "prices",
        "received_at": at(3), "size_bytes": 90, "status": "quarantined", "reason": "Prix illisible.", "reason_line": 4,
    }  # fmt: skip
    given["landed"]["file"] = frame(landing.FILE, [refused, refused | {"path": "cdc.csv", "kind": "curve"}])
    found = reconcile_month(**given, month=OCTOBER).finding.filter(check_name="price_missing")
    assert found["message"][0] == (
        finding["message"] + " Le fichier de prix « prices.csv » est refusé : Prix illisible."
    )
    assert found["finding_id"][0] == finding["finding_id"]


def test_batches_give_what_the_whole_gives():
    other = "ACC00000002"
    rows = [*operation(published=100.0), curve("30001000000077", 900.0, 90.0, operation_id=other, published=80.0)]
    both = periods(period(), period(operation_id=other))
    given = inputs(*rows)
    given["computed"]["operation_period"] = both
    whole = reconcile_month(**given, month=OCTOBER)
    parts = [
        reduce(both.filter(operation_id=name), given["computed"]["curve"].filter(operation_id=name))
        for name in (ACC, other)
    ]
    batched = conclude(**given, reduced=concat(parts), month=OCTOBER)
    assert whole.finding.height > 0
    assert_frame_equal(batched.finding, whole.finding)
    assert_frame_equal(batched.saving_month, whole.saving_month)


def test_an_operation_whose_arrays_do_not_fit_leaves_the_others_alone():
    broken = {**curve(HALL, 1000.0, 100.0), "operation_id": "ACC00000002", "quality": [1], "measured_w": [5.0]}
    given = inputs(*operation(), broken)
    given["computed"]["operation_period"] = periods(period(), period(operation_id="ACC00000002"))
    made = checked(reconcile_month(**given, month=OCTOBER))
    assert made.saving_month["operation_id"].to_list() == [ACC]


def test_any_order_of_the_rows_gives_the_same_findings():
    rows = [*operation(published=100.0), *operation(start=NOVEMBER)]
    bills = [BILL, {**BILL, "detail_id": "0002", "consumption_kwh": 1200.0}]
    given = inputs(*rows, starts=(OCTOBER, NOVEMBER), bills=bills)
    turned = {stage: {name: table.reverse() for name, table in frames.items()} for stage, frames in given.items()}
    for month in (OCTOBER, NOVEMBER):
        first, second = (reconcile_month(**some, month=month) for some in (given, turned))
        assert_frame_equal(first.finding, second.finding)
        assert_frame_equal(first.invoice_reconciliation, second.invoice_reconciliation, check_row_order=False)
