"""Bills beside curves. Flat curves: energies are hours × kW, typed by hand."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from energy_pipeline.invoices import latest_details
from energy_pipeline.invoices.sites import sites
from energy_pipeline.reconciliation.bills import known_days, reconcile, reconciliation_table, with_participation
from energy_pipeline.reconciliation.needed import days_needed
from energy_pipeline.reconciliation.no_curve import with_reasons
from energy_pipeline.reconciliation.supplier import bill_facts
from energy_pipeline.tables import landing, marts
from energy_pipeline.tables.schemas import empty, frame, validate
from tests.unit.invoices.rows import invoice_rows, landed
from tests.unit.reconciliation.frames import (
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
    reduce,
    stays,
)

SEPTEMBER = date(2025, 9, 1)
BILL = {
    "prm": SCHOOL, "invoice_date": date(2025, 11, 5), "consumption_start": OCTOBER,
    "consumption_end": date(2025, 10, 31), "consumption_kwh": 559.0, "consumption_hp_kwh": 559.0,
    "energy_eur": 83.85, "capacity_eur": 5.59, "cee_eur": 2.795, "cee_precarity_eur": None,
    "guarantee_of_origin_eur": 0.559, "excise_eur": 16.77, "vat_base_normal_eur": 150.0, "vat_normal_eur": 30.0,
}  # fmt: skip
"""745 h at 1 kW, of which 250 W self-consumed: 745 kWh, 186,25 and 558,75. Per kWh billed: 0,15 + 0,01 + 0,005 + 0,001
= 0,166 €, and 0,03 € of excise."""
NO_SITES = sites(landed(landing.SITE_ROW, []))
NO_FILES = empty(landing.FILE)
OPERATIONS = frame(marts.OPERATION, [{"operation_id": "ACC00000001"}])
STAYS = stays((SCHOOL, "consumer", SEPTEMBER, None), (ROOF, "producer", SEPTEMBER, None))


def flat(start, shared=250.0, **changes):
    return curve(SCHOOL, 1000.0, shared, start=start, **changes)


def roof(start, **changes):
    return curve(ROOF, 400.0, 250.0, start=start, role="producer", **changes)


def daily(*rows, month=OCTOBER, are_producers_measured=True):
    starts = sorted({row["period_start"] for row in rows})
    rows = [*rows, *(roof(start) for start in starts if are_producers_measured)]
    return reduce(periods(*(period(start) for start in starts)), curves(*rows)).daily


def judge(*bills, days=None, month=OCTOBER, participants=STAYS, listed=NO_SITES, files=NO_FILES, key="static"):
    details, _ = latest_details(invoice_rows(*({**BILL, **bill} for bill in bills)))
    known = known_days(daily(flat(OCTOBER)) if days is None else days, participants)
    judged = with_participation(reconcile(details, known, participants, listed, month), OPERATIONS, ["ACC00000001"])
    judged = with_reasons(judged, known, participants, periods(period(key=key)), files).with_columns(
        slot_verdict=pl.lit(None, pl.String)
    )
    validate(marts.INVOICE_RECONCILIATION, reconciliation_table(judged))
    return judged


def verdicts(*bills, **context):
    return judge(*bills, **context)["verdict"].to_list()


def billed(kwh, **other):
    return {"consumption_kwh": kwh, "consumption_hp_kwh": kwh, **other}


def test_a_bill_of_the_complement_matches():
    (row,) = reconciliation_table(judge({})).to_dicts()
    assert row["verdict"] == "matches"
    assert row["operation_id"] == "ACC00000001"
    assert row["reading"] == "actual"
    assert (row["consumption_kwh"], row["self_consumption_kwh"]) == (pytest.approx(745.0), pytest.approx(186.25))
    assert (row["complement_kwh"], row["expected_kwh"]) == (pytest.approx(558.75), pytest.approx(558.75))
    assert row["amount_eur"] is None
    assert as_facts(bill_facts(judge({}))) == []


@pytest.mark.parametrize(
    ("kwh", "verdict"),
    [
        (745.0, "self_consumption_not_deducted"),
        (744.0, "self_consumption_not_deducted"),
        (650.0, "over_billed"),
        (800.0, "over_billed"),
        (561.0, "matches"),
        (557.0, "matches"),
        (562.0, "over_billed"),
        (555.0, "under_billed"),
        (186.0, "under_billed"),
    ],
)
def test_verdicts_by_the_energy_billed(kwh, verdict):
    judged = judge(billed(kwh))
    assert judged["verdict"].to_list() == [verdict]
    base = {745.0: "total", 744.0: "total", 561.0: "complement", 557.0: "complement"}.get(kwh, "other")
    assert reconciliation_table(judged)["energy_base"].to_list() == [base]


def test_self_consumption_not_deducted_is_claimed_at_the_price_of_the_row():
    # 745 kWh at 0,166 € = 123,67; excess 186,25 kWh × 0,166 = 30,9175; excise 22,35 / 745 × 186,25 = 5,5875.
    full = billed(745.0, energy_eur=111.75, capacity_eur=7.45, cee_eur=3.725, guarantee_of_origin_eur=0.745,
                  excise_eur=22.35)  # fmt: skip
    judged = judge(full)
    (row,) = reconciliation_table(judged).to_dicts()
    assert str(row["amount_eur"]) == "30.92"
    (fact,) = as_facts(bill_facts(judged))
    assert fact["check_name"] == "self_consumption_not_deducted"
    assert (fact["expected"], fact["observed"], fact["unit"]) == (pytest.approx(558.75), 745.0, "kWh")
    assert fact["amount_eur"] == pytest.approx(30.9175)
    assert fact["amount_ttc_eur"] == pytest.approx(37.101)
    assert fact["operation_id"] == "ACC00000001"
    assert "186,3\u00a0kWh autoconsommés n'ont pas été déduits, soit 30,92\u00a0€ HT (37,10\u00a0€ TTC)" in fact[
        "message"]  # fmt: skip
    assert "Accise sur ces kWh, comptée à part : 5,59\u00a0€ HT" in fact["message"]
    assert '"line": 2' in fact["evidence"]
    assert '"file": "export.xlsx"' in fact["evidence"]


def test_vat_at_the_row_s_own_rate():
    judged = judge(billed(745.0, vat_base_normal_eur=200.0, vat_normal_eur=17.0))
    # 85,0 × 8,5 %: the excess costs 186,25 × (92,794 / 745) = 23,1985 €.
    assert judged["amount_eur"][0] == pytest.approx(23.1985)
    assert judged["amount_ttc_eur"][0] == pytest.approx(25.1703725)


def test_without_prices_on_the_row_the_euros_are_unknown():
    none = dict.fromkeys(("energy_eur", "capacity_eur", "cee_eur", "guarantee_of_origin_eur"))
    judged = judge(billed(745.0, **none))
    assert judged["amount_eur"].to_list() == [None]
    assert "Montant inconnu" in as_facts(bill_facts(judged))[0]["message"]


def test_an_under_billed_bill_is_owed_by_us():
    judged = judge(billed(500.0))
    # 58,75 kWh × (92,794 / 500).
    assert judged["amount_eur"][0] == pytest.approx(-10.903295)


def test_the_published_complement_is_expected_when_it_is_complete():
    # Enedis published 300 W of self-consumption: 521,5 kWh of complement. Its error is not the supplier's.
    days = daily(flat(OCTOBER, published=300.0, published_remainder=700.0))
    assert verdicts(billed(521.0), billed(745.0, detail_id="2"), billed(559.0, detail_id="3"), days=days) == [
        "matches", "self_consumption_not_deducted", "over_billed"]  # fmt: skip


def test_an_incomplete_published_complement_gives_way_to_ours():
    published = np.full(745, 700.0)
    published[400] = np.nan
    assert verdicts({}, days=daily(flat(OCTOBER, published_remainder=published))) == ["matches"]


def test_a_bill_over_two_periods_and_the_change_of_the_clocks():
    # 1 October – 15 November: 745 + 360 hours. 1 105 kWh, of which 276,25 self-consumed.
    both = daily(flat(OCTOBER), flat(NOVEMBER), month=NOVEMBER)
    dates = {"consumption_end": date(2025, 11, 15)}
    right, full = judge(billed(829.0, **dates), billed(1105.0, detail_id="2", **dates), days=both, month=NOVEMBER
                        ).to_dicts()  # fmt: skip
    assert (right["verdict"], full["verdict"]) == ("matches", "self_consumption_not_deducted")
    assert (right["consumption_kwh"], right["expected_kwh"]) == (pytest.approx(1105.0), pytest.approx(828.75))
    assert full["excess_kwh"] == pytest.approx(276.25)
    assert verdicts(billed(829.0, **dates), days=daily(flat(NOVEMBER)), month=NOVEMBER) == ["no_curve"]


def test_the_self_consumption_of_one_of_two_periods_not_deducted():
    # October deducted, 90 kWh of November not; then the reverse: 186,25 kWh of October.
    both = daily(flat(OCTOBER), flat(NOVEMBER), month=NOVEMBER)
    dates = {"consumption_end": date(2025, 11, 15)}
    found = judge(billed(919.0, **dates), billed(1015.0, detail_id="2", **dates), billed(960.0, detail_id="3", **dates),
                  days=both, month=NOVEMBER)  # fmt: skip
    assert found["verdict"].to_list() == [
        "self_consumption_not_deducted", "self_consumption_not_deducted", "over_billed"]  # fmt: skip


def test_a_missing_step_leaves_no_curve():
    measured = np.full(745, 1000.0)
    measured[100] = np.nan
    days = daily(curve(SCHOOL, measured, 250.0, quality=np.where(np.isnan(measured), 5, 1)))
    assert verdicts({}, days=days) == ["no_curve"]
    assert as_facts(bill_facts(judge({}, days=days))) == []


def unshared(**changes):
    """Return the curve of a consumer whose producer counts as nothing: the complement is all the consumption."""
    return curve(SCHOOL, 1000.0, 0.0, **changes)


@pytest.mark.parametrize(
    "producer",
    [
        [],
        [curve(ROOF, np.nan, np.nan, role="producer", quality=5)],
        [curve(ROOF, np.nan, np.nan, role="producer", quality=5) | {"measured_w": None, "self_consumption_w": None}],
        [roof(OCTOBER, quality=np.where(np.arange(745) == 300, 5, 1))],
        [roof(OCTOBER) | {"quality": [1], "measured_w": [5.0]}],
    ],
    ids=["no row", "no value", "NULL", "one step", "another length"],
)
def test_a_bill_is_not_under_billed_because_the_production_lacks(producer):
    # 559 kWh were rightly billed; without the production our complement would be 745.
    days = daily(unshared(), *producer, are_producers_measured=False)
    judged = judge({}, days=days)
    assert judged["verdict"].to_list() == ["no_curve"]
    assert as_facts(bill_facts(judged)) == []
    (row,) = reconciliation_table(judged).to_dicts()
    assert row["consumption_kwh"] == pytest.approx(745.0)
    assert (row["complement_kwh"], row["self_consumption_kwh"], row["expected_kwh"]) == (None, None, None)
    published = daily(unshared(published=250.0, published_remainder=750.0), *producer, are_producers_measured=False)
    assert verdicts({}, billed(500.0, detail_id="2"), days=published) == ["matches", "under_billed"]


def test_a_second_producer_without_curve_leaves_the_split_unfounded():
    two = stays((SCHOOL, "consumer", SEPTEMBER, None), (ROOF, "producer", SEPTEMBER, None),
                (HALL, "producer", date(2025, 10, 20), None))  # fmt: skip
    before = billed(342.0, consumption_end=date(2025, 10, 19), detail_id="2")
    # 1–19 October: 456 h × 0,75 kW = 342 kWh, when the second one did not take part yet.
    assert verdicts({}, before, participants=two) == ["no_curve", "matches"]
    gone = stays((SCHOOL, "consumer", SEPTEMBER, None), (ROOF, "producer", SEPTEMBER, None),
                 (HALL, "producer", SEPTEMBER, OCTOBER))  # fmt: skip
    assert verdicts({}, participants=gone) == ["matches"]


def test_before_the_first_producer_the_complement_is_the_consumption():
    later = stays((SCHOOL, "consumer", SEPTEMBER, None), (ROOF, "producer", NOVEMBER, None))
    days = daily(unshared(), are_producers_measured=False)
    assert verdicts(billed(745.0), days=days, participants=later) == ["matches"]
    nobody = stays((SCHOOL, "consumer", SEPTEMBER, None))
    assert verdicts(billed(745.0), days=days, participants=nobody) == ["no_curve"], "who produces is not told"


def test_a_point_that_was_not_a_participant_then_has_no_curve():
    present = np.arange(745) >= 24 * 15
    half = curve(SCHOOL, np.where(present, 1000.0, np.nan), np.where(present, 250.0, np.nan), quality=present)
    # From the 16th on: 385 hours, 288,75 kWh of complement.
    after = billed(289.0, consumption_start=date(2025, 10, 16))
    joined = stays((SCHOOL, "consumer", date(2025, 10, 16), None))
    assert verdicts({}, {**after, "detail_id": "2"}, days=daily(half), participants=joined) == ["no_curve", "matches"]


def test_estimated_bills_are_pending():
    judged = judge(billed(745.0, reading_type="Estimé Enedis"))
    assert judged["verdict"].to_list() == ["estimated_pending"]
    assert reconciliation_table(judged).select("reading", "energy_base").rows() == [("estimated", None)]
    assert as_facts(bill_facts(judged)) == []


def test_an_actual_reading_settles_the_estimated_bills_before_it():
    # September: 540 kWh of complement, 640 estimated. October: 558,75, of which 100 were billed in advance.
    both = daily(flat(SEPTEMBER), flat(OCTOBER))
    estimated = billed(640.0, invoice_number="1", invoice_date=date(2025, 10, 5), consumption_start=SEPTEMBER,
                       consumption_end=date(2025, 9, 30), reading_type="Estimé")  # fmt: skip
    assert verdicts(estimated, billed(459.0, invoice_number="2"), days=both) == ["matches"]
    settled = judge(estimated, billed(600.0, invoice_number="2"), days=both)
    assert settled["verdict"].to_list() == ["over_billed"]
    assert settled["expected_kwh"][0] == pytest.approx(458.75)
    # Nothing of the self-consumption of the two months (366,25 kWh) was deducted: 1 465 kWh in all.
    full = judge(estimated, billed(825.0, invoice_number="2"), days=both)
    assert full["verdict"].to_list() == ["self_consumption_not_deducted"]
    assert full["excess_kwh"][0] == pytest.approx(366.25)
    needed = days_needed(latest_details(invoice_rows({**BILL, **estimated}, {**BILL, "invoice_number": "2"}))[0],
                         OCTOBER)  # fmt: skip
    assert needed.rows() == [(SCHOOL, SEPTEMBER, date(2025, 10, 31))]


def test_a_credit_cancels_its_origin_and_the_corrected_bill_is_judged():
    wrong = billed(745.0, invoice_number="1", total_excl_vat_eur=180.0, total_incl_vat_eur=216.0)
    credit = billed(-745.0, invoice_number="2", detail_type="AVOIR", origin_number="1", total_excl_vat_eur=-180.0,
                    total_incl_vat_eur=-216.0, invoice_date=date(2025, 12, 5))  # fmt: skip
    corrected = {"invoice_number": "3", "invoice_date": date(2025, 12, 5)}
    judged = judge(wrong, credit, corrected)
    assert dict(judged.select("invoice_number", "verdict").iter_rows()) == {
        "1": "cancelled", "2": "cancelled", "3": "matches"}  # fmt: skip
    assert as_facts(bill_facts(judged)) == []
    without_origin = judge(wrong, {**credit, "origin_number": None}, corrected)
    assert sorted(without_origin["verdict"]) == ["cancelled", "cancelled", "matches"]


def test_a_credit_of_other_euros_cancels_nothing():
    wrong = billed(745.0, invoice_number="1", total_excl_vat_eur=180.0)
    credit = billed(-745.0, invoice_number="2", detail_type="AVOIR", total_excl_vat_eur=-50.0)
    assert sorted(verdicts(wrong, credit)) == ["cancelled", "self_consumption_not_deducted"]


def test_a_partial_credit_corrects_its_origin():
    wrong = billed(745.0, invoice_number="1", total_excl_vat_eur=180.0)
    credit = billed(-186.0, invoice_number="2", detail_type="AVOIR", origin_number="1", total_excl_vat_eur=-40.0)
    assert sorted(verdicts(wrong, credit)) == ["cancelled", "matches"]
    half = {**credit, "consumption_kwh": -86.0, "consumption_hp_kwh": -86.0}
    judged = judge(wrong, half).filter(invoice_number="1")
    assert judged["excess_kwh"][0] == pytest.approx(100.25)


def test_sites_unknown():
    listed = sites(landed(landing.SITE_ROW, [{"supplier": "Fournisseur Exemple", "listed_on": date(2025, 10, 2),
                                              "fluid": "electricity", "site_id": HALL}]))  # fmt: skip
    stranger = {"prm": "30001000000099", "detail_id": "2"}
    judged = judge({}, stranger, {"prm": HALL, "detail_id": "3"}, listed=listed)
    assert judged["verdict"].to_list() == ["matches", "site_unknown", "no_curve"]
    (fact,) = as_facts(bill_facts(judged))
    assert (fact["check_name"], fact["prm"], fact["amount_eur"]) == ("site_unknown", "30001000000099", None)
    assert verdicts(stranger) == ["no_curve"], "without any list nobody can tell"


def test_a_point_of_no_operation_may_be_of_one_that_has_told_nothing_yet():
    judged = judge({}, {"prm": HALL, "detail_id": "2"})
    assert judged["is_participant"].to_list() == [True, False]
    both = frame(marts.OPERATION, [{"operation_id": "ACC00000001"}, {"operation_id": "ACC00000002"}])
    for operations, told, expected in (
        (both, ["ACC00000001"], [True, None]),
        (both, ["ACC00000001", "ACC00000002"], [True, False]),
        (empty(marts.OPERATION), [], [True, None]),
    ):
        assert with_participation(judged, operations, told)["is_participant"].to_list() == expected


def test_only_the_bills_of_the_month_are_judged():
    assert judge({}, month=NOVEMBER).is_empty()
    undated = {"consumption_start": None, "consumption_end": None}
    assert verdicts(undated, month=NOVEMBER) == ["no_curve"]
    assert judge({"consumption_kwh": None, "consumption_hp_kwh": None}).is_empty()


def test_no_bill():
    none = pl.DataFrame(schema=invoice_rows({}).schema)
    assert reconcile(none, known_days(daily(flat(OCTOBER)), STAYS), STAYS, NO_SITES, OCTOBER).is_empty()
