"""Marts of the euros: surplus sold, management component, sums since the start, a site's year, what to claim."""

from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from energy_pipeline import warehouse
from energy_pipeline.reconciliation.management import management_surcharge
from energy_pipeline.reconciliation.prices import timeline
from energy_pipeline.reconciliation.surplus import surplus_revenue
from energy_pipeline.tables import computed, marts, money_marts, schemas
from tests.unit.reconciliation.frames import price, prices

ACC, SCHOOL, ROOF = "ACC00000001", "30001000000011", "30001000000021"
OCTOBER = {
    "operation_id": ACC, "period_start": date(2025, 10, 1), "period_end": date(2025, 10, 31),
    "month": date(2025, 10, 1),
}  # fmt: skip
NOVEMBER = {
    "operation_id": ACC, "period_start": date(2025, 11, 1), "period_end": date(2025, 11, 30),
    "month": date(2025, 11, 1),
}  # fmt: skip


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Paris'")
    warehouse.create(connection, (*marts.TABLES, *computed.TABLES))
    return connection


def filled(connection, table, **rows) -> list[dict[str, object]]:
    for name, given in rows.items():
        source = next(mart for mart in marts.TABLES if mart.name == name)
        warehouse.insert(connection, source, schemas.frame(source, given))
    warehouse.fill(connection, table, f"marts/{table.name}")
    made = warehouse.query(connection, f"SELECT * FROM {table.qualified_name}")
    schemas.validate(table, made)
    return made.to_dicts()


# --- Surplus -------------------------------------------------------------------------------------------------------


def surplus_days(kwh: float, *weights: float) -> pl.DataFrame:
    days = [{**OCTOBER, "prm": ROOF, "day": date(2025, 10, day), "surplus_kwh": kwh, "weight": weight}
            for day, weight in enumerate(weights, start=1)]  # fmt: skip
    return pl.DataFrame(days)


def test_the_surplus_is_sold_at_the_price_of_its_days():
    # 30 kWh on days at 0,04, then 10 kWh at 0,08: 1,20 + 0,80.
    stretches = timeline(prices(price("surplus_price", 0.04, end=date(2025, 10, 3)),
                                price("surplus_price", 0.08, date(2025, 10, 3))))  # fmt: skip
    made = surplus_revenue(surplus_days(40.0, 10.0, 20.0, 10.0), stretches)
    (row,) = schemas.validate(money_marts.SURPLUS_MONTH, made).to_dicts()
    assert (row["revenue_eur"], row["surplus_price"]) == (Decimal("2.0000"), Decimal("0.050000"))


def test_a_day_of_surplus_without_a_price_leaves_the_revenue_unknown():
    stretches = timeline(prices(price("surplus_price", 0.04, end=date(2025, 10, 2))))
    assert surplus_revenue(surplus_days(30.0, 10.0, 20.0), stretches)["revenue_eur"].to_list() == [None]
    assert surplus_revenue(surplus_days(10.0, 10.0, 0.0), stretches)["revenue_eur"].to_list() == [Decimal("0.4")]


def test_no_surplus_earns_nothing_whatever_the_price():
    made = surplus_revenue(surplus_days(0.0, 0.0, 0.0), timeline(prices()))
    assert made["revenue_eur"].to_list() == [Decimal(0)]


def test_the_surplus_of_the_curve_is_weighed_by_civil_day(database):
    # 1 kW all along October but 3 kW on the 26th, which has 25 hours.
    hours = 31 * 24 + 1
    watts = [3000.0 if 25 * 24 <= hour < 25 * 24 + 25 else 1000.0 for hour in range(hours)]
    period = {**OCTOBER, "step_minutes": 60, "steps_expected": hours, "steps_estimated": 0, "steps_missing": 0}
    curve = {"operation_id": ACC, "period_start": OCTOBER["period_start"], "prm": ROOF, "role": "producer",
             "step_minutes": 60, "quality": [1] * hours, "measured_w": watts, "remainder_w": watts}  # fmt: skip
    producer = {**OCTOBER, "prm": ROOF, "surplus_kwh": 795.0}
    for table, row in ((computed.OPERATION_PERIOD, period), (computed.CURVE, curve), (marts.PRODUCER_MONTH, producer)):
        warehouse.insert(database, table, schemas.frame(table, [row]))
    days = warehouse.run(database, "staging/daily_surplus", month=date(2025, 10, 1))
    assert days["weight"].to_list() == [24.0] * 25 + [75.0] + [24.0] * 5
    assert days["surplus_kwh"].unique().to_list() == [795.0]


def test_the_surplus_of_an_energy_file_is_spread_evenly(database):
    producer = {**OCTOBER, "prm": ROOF, "published_surplus_kwh": 62.0}
    warehouse.insert(database, marts.PRODUCER_MONTH, schemas.frame(marts.PRODUCER_MONTH, [producer]))
    days = warehouse.run(database, "staging/daily_surplus", month=date(2025, 10, 1))
    assert days["day"].to_list() == pl.date_range(date(2025, 10, 1), date(2025, 10, 31), eager=True).to_list()
    assert days["weight"].unique().to_list() == [1]
    assert days["surplus_kwh"].unique().to_list() == [62.0]


# --- Management component ------------------------------------------------------------------------------------------


def site(**more: object) -> pl.DataFrame:
    row = {"site_id": SCHOOL, "prm": SCHOOL, "fluid": "electricity", "supplier": "Fournisseur"}
    return schemas.frame(marts.SITE, [row | more])


def surcharge(start: date, end: date, days: int, sites: pl.DataFrame) -> float | None:
    stay = pl.DataFrame([{"prm": SCHOOL, "period_start": start, "period_end": end, "days": days}])
    return management_surcharge(stay, sites)["management_eur"].item()


def test_a_c5_site_pays_the_management_component_of_participants():
    # TURPE 7: 21,27 instead of 16,80 € a year; 30 days, then 15 of them.
    september = (date(2025, 9, 1), date(2025, 9, 30))
    assert surcharge(*september, 30, site(segment="C5")) == pytest.approx(4.47 * 30 / 365)
    assert surcharge(*september, 15, site(subscribed_kva=9.0)) == pytest.approx(4.47 * 15 / 365)


def test_a_change_of_rate_splits_the_days():
    # 16 days at 21,60 − 16,92, then 15 at 21,27 − 16,80.
    expected = (4.68 * 16 + 4.47 * 15) / 365
    assert surcharge(date(2025, 7, 16), date(2025, 8, 15), 31, site(segment="C5")) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("start", "end", "sites"),
    [
        (date(2025, 9, 1), date(2025, 9, 30), site(segment="C4")),
        (date(2025, 9, 1), date(2025, 9, 30), site()),
        (date(2025, 9, 1), date(2025, 9, 30), site().clear()),
        (date(2024, 9, 1), date(2024, 9, 30), site(segment="C5")),
        (date(2030, 9, 1), date(2030, 9, 30), site(segment="C5")),
    ],
    ids=["C4: no table", "segment unknown", "site unknown", "rate doubtful", "rate missing"],
)
def test_what_no_sure_table_says_is_not_known(start, end, sites):
    assert surcharge(start, end, 30, sites) is None


# --- Since the start -----------------------------------------------------------------------------------------------


def test_savings_add_up_since_the_first_period_and_those_unknown_are_counted(database):
    december = {"operation_id": ACC, "period_start": date(2025, 12, 1), "period_end": date(2025, 12, 31),
                "month": date(2025, 12, 1)}  # fmt: skip
    rows = [
        {**OCTOBER, "prm": SCHOOL, "self_consumption_kwh": 100.0, "saving_eur": Decimal("10.5"),
         "management_eur": Decimal("0.38")},
        {**NOVEMBER, "prm": SCHOOL, "self_consumption_kwh": 50.0},
        {**december, "prm": SCHOOL, "self_consumption_kwh": 25.0, "saving_eur": Decimal("2.25")},
    ]  # fmt: skip
    made = filled(database, money_marts.SAVING_TO_DATE, saving_month=rows)
    assert [row["cumulated_kwh"] for row in made] == [100.0, 150.0, 175.0]
    assert [row["net_saving_eur"] for row in made] == [Decimal("10.12"), None, Decimal("2.25")]
    assert [row["cumulated_saving_eur"] for row in made] == [Decimal("10.12"), Decimal("10.12"), Decimal("12.37")]
    assert [row["unknown_periods"] for row in made] == [0, 1, 1]
    assert {row["since"] for row in made} == {date(2025, 10, 1)}


# --- What to claim -------------------------------------------------------------------------------------------------


def finding(number: int, **more: object) -> dict[str, object]:
    return {
        "finding_id": f"{number:016x}", "check_name": "over_billed", "severity": "error", "party": "supplier",
        "message": "…", "month": date(2025, 10, 1), "operation_id": ACC, "supplier": "Fournisseur",
        "invoice_number": "F1", "amount_eur": Decimal("10.00"), "amount_ttc_eur": Decimal("12.00"), **more,
    }  # fmt: skip


def test_claims_are_what_is_established_bill_by_bill(database):
    findings = [
        finding(1),
        finding(2, amount_eur=Decimal("2.34"), amount_ttc_eur=Decimal("2.81")),
        finding(3, amount_eur=None, amount_ttc_eur=None),
        finding(4, severity="warning", amount_eur=Decimal(50)),
        finding(5, severity="warning", amount_eur=Decimal("-7.5")),
        finding(6, invoice_number="F2", month=date(2026, 1, 1)),
        finding(7, party="organiser"),
        finding(8, party="enedis", check_name="published_split_differs", supplier=None, invoice_number=None,
                amount_ttc_eur=None),
        finding(9, party="enedis", check_name="missing_curve", supplier=None, invoice_number=None, amount_eur=None),
    ]  # fmt: skip
    made = filled(database, money_marts.CLAIM, finding=findings)
    told = {(row["party"], row["invoice_number"]): row for row in made}
    assert set(told) == {("supplier", "F1"), ("supplier", "F2"), ("enedis", None)}
    first = told["supplier", "F1"]
    assert (first["findings"], first["unquantified"]) == (3, 1)
    assert (first["amount_eur"], first["amount_ttc_eur"]) == (Decimal("12.34"), Decimal("14.81"))
    assert (first["to_review"], first["to_review_eur"], first["underbilled_eur"]) == (1, Decimal(50), Decimal("7.5"))
    assert (told["supplier", "F2"]["year"], told["supplier", "F2"]["amount_eur"]) == (2026, Decimal(10))
    assert (told["enedis", None]["findings"], told["enedis", None]["amount_ttc_eur"]) == (1, None)


# --- A site's year -------------------------------------------------------------------------------------------------


def line(component: str, amount: str, quantity: float | None = None, **more: object) -> dict[str, object]:
    return {
        "supplier": "Fournisseur", "invoice_number": "F1", "detail_id": "1", "prm": SCHOOL, "fluid": "electricity",
        "month": date(2025, 10, 1), "component": component, "quantity_kwh": quantity, "amount_eur": Decimal(amount),
        **more,
    }  # fmt: skip


def test_the_annual_sheet_of_a_site(database):
    credit = {"invoice_number": "A1", "month": date(2025, 11, 1)}
    lines = [
        line("energy", "100.00", 1000.0), line("capacity", "5.00", 1000.0), line("subscription", "12.00"),
        line("fixed_grid", "20.00"), line("variable_grid", "40.00", 1000.0), line("excise", "30.00", 1000.0),
        line("vat_normal", "41.40"), line("energy", "-10.00", -100.0, **credit),
        line("vat_normal", "-2.00", **credit),
        line("energy", "70.00", 500.0, prm=None, pce="GI000001", fluid="gas", invoice_number="G1"),
    ]  # fmt: skip
    consumers = [
        {**OCTOBER, "prm": SCHOOL, "consumption_kwh": 1300.0, "self_consumption_kwh": 300.0, "complement_kwh": 1000.0},
        {**NOVEMBER, "prm": SCHOOL, "published_consumption_kwh": 700.0, "published_self_consumption_kwh": 100.0,
         "published_complement_kwh": 600.0},
    ]  # fmt: skip
    saved = [{**OCTOBER, "prm": SCHOOL, "saving_eur": Decimal("30.5"), "management_eur": Decimal("0.5")}]
    made = filled(
        database, money_marts.SITE_YEAR, invoice_line=lines, consumer_month=consumers, saving_month=saved,
        finding=[
            finding(1, prm=SCHOOL), finding(2, prm=SCHOOL, severity="warning"),
            finding(3, prm=SCHOOL, severity="warning", amount_eur=Decimal("-7.50")),
        ],
        invoice_reconciliation=[
            {"supplier": "Fournisseur", "invoice_number": "F1", "detail_id": detail, "prm": SCHOOL,
             "month": date(2025, 10, 1), "verdict": verdict}
            for detail, verdict in (("1", "matches"), ("2", "no_curve"))
        ],
        site=[{"site_id": SCHOOL, "prm": SCHOOL, "fluid": "electricity", "supplier": "Fournisseur", "name": "École"}],
    )  # fmt: skip
    sheets = {row["site_id"]: row for row in made}
    school, gas = sheets[SCHOOL], sheets["GI000001"]
    assert (school["name"], school["operation_id"], school["year"], school["periods"]) == ("École", ACC, 2025, 2)
    assert (school["consumption_kwh"], school["self_consumption_kwh"]) == (2000.0, 400.0)
    assert school["self_production_rate"] == 0.2
    assert (school["bills"], school["billed_kwh"]) == (2, 900.0)
    euros = {
        name: float(school[f"{name}_eur"]) for name in ("subscription", "energy", "grid", "taxes", "vat", "billed")
    }
    assert euros == {"subscription": 12, "energy": 95, "grid": 60, "taxes": 30, "vat": 39.4, "billed": 197}
    assert (school["saving_eur"], school["claims"], school["claimed_eur"]) == (Decimal(30), 1, Decimal(10))
    assert (school["underbilled_eur"], school["bills_without_curve"]) == (Decimal("7.50"), 1)
    assert (gas["fluid"], gas["billed_kwh"], float(gas["billed_eur"]), gas["periods"]) == ("gas", 500.0, 70, 0)
