import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from energy_pipeline.reports import content, evidence, summary
from energy_pipeline.tables import marts
from tests import publications
from tests.publications import OPERATION, finding, period
from tests.unit.reports.conftest import EVIL_FORMULA, EVIL_TAG, HALL, SCHOOL, START, SUPPLIER, rows


def test_days_and_hours_are_those_of_paris(report):
    # 22:30 UTC on 1 October is 00:30 on the 2nd in Paris; 8 000 W over a quarter of an hour is 2 kWh.
    assert [(row.day, row.consumption_kwh, row.production_kwh) for row in report.days] == [
        (date(2025, 10, 1), 2.0, 2.5),
        (date(2025, 10, 2), 1.0, None),
    ]
    assert [(row.hour, row.consumption_kw, row.shared_kw) for row in report.hours] == [(0, 4.0, None), (12, 8.0, 6.0)]


def test_a_participant_that_joined_or_left_in_the_period_is_dated(report):
    stays = {row.prm: (row.joined_on, row.left_on) for row in report.consumers}
    assert stays == {SCHOOL: (date(2025, 9, 20), None), HALL: (None, date(2025, 10, 5))}


def test_a_site_has_the_name_that_its_supplier_gives_it_beside_its_holder(report):
    names = {row.prm: (row.name, row.holder) for row in report.consumers}
    assert names == {SCHOOL: ("École du Bourg", EVIL_FORMULA), HALL: (EVIL_TAG, None)}


def test_the_previous_period_is_the_one_that_ended_just_before(report):
    assert report.previous is not None
    assert (report.previous.period_start, report.previous.production_kwh) == (date(2025, 8, 15), 5000.0)


def test_an_unknown_period_is_an_error(publication):
    with pytest.raises(LookupError, match="no period starts on 2025-09-16"):
        content.read(publication, OPERATION, date(2025, 9, 16))


def test_a_connection_stays_open_and_a_file_is_not_written_to(publication):
    with duckdb.connect(str(publication), read_only=True) as con:
        content.read(con, OPERATION, START)
        assert con.sql("SELECT count(*) FROM marts.finding").fetchone() == (4,)


def test_savings_leave_out_and_count_the_consumers_without_a_price(report):
    hall, school = report.consumers
    assert (school.saving_eur, hall.saving_eur) == (Decimal("150.0500"), None)
    assert summary.saving(report) == summary.Saving(Decimal("150.05"), 1)
    assert summary.saving(replace(report, consumers=(hall,))) == summary.Saving(None, 1)
    assert summary.saving(replace(report, consumers=())) == summary.Saving(None, 0)
    # A site that shared nothing saves nothing whatever its prices, and lacks none.
    idle = replace(hall, self_consumption_kwh=0.0, saving_eur=Decimal(0))
    unread = replace(hall, self_consumption_kwh=None, published_self_consumption_kwh=None)
    assert summary.saving(replace(report, consumers=(idle,))) == summary.Saving(None, 0)
    assert summary.saving(replace(report, consumers=(idle, unread, school))) == summary.Saving(Decimal("150.05"), 0)
    assert summary.saving(replace(report, consumers=(idle, hall))) == summary.Saving(None, 1)
    assert summary.saving_sentence(replace(report, consumers=(idle, hall))).startswith("Prix non renseignés")
    assert summary.saving_sentence(replace(report, consumers=(idle,))) == "Aucune électricité partagée."


def test_each_finding_stands_in_one_report(tmp_path):
    first, second = period(date(2025, 10, 1), date(2025, 10, 14)), period(date(2025, 10, 15), date(2025, 10, 31))
    steps = {"steps_expected": 0, "steps_estimated": 0, "steps_missing": 0}

    def dated(number, end, month=date(2025, 10, 1)):
        return finding(number, "over_billed", "error", "supplier", str(number), period_end=end, month=month)

    path = publications.write(
        tmp_path / "two.duckdb",
        {
            marts.OPERATION_MONTH: [{**first, **steps}, {**second, **steps}],
            marts.FINDING: [
                dated(1, date(2025, 10, 10)), dated(2, date(2025, 10, 20)), dated(3, None), dated(4, None, month=None),
            ],
        },
    )  # fmt: skip
    shown = [
        [row.message for row in content.read(path, OPERATION, day).findings]
        for day in (date(2025, 10, 1), date(2025, 10, 15))
    ]
    assert shown == [["1"], ["2", "3", "4"]]


def test_claims_are_added_by_party_and_what_we_owe_stands_apart(report):
    claims = summary.claims(report.findings)
    assert [(claim.who, claim.amount_eur, claim.ttc_eur) for claim in claims] == [
        (SUPPLIER, Decimal("1234.56"), Decimal("1481.47")),
        ("Enedis", Decimal("1.30"), None),
    ]
    assert summary.claimed(claims) == (Decimal("1235.86"), None)
    assert summary.to_pay(report.findings) == Decimal("20.50")


def test_actions_come_gravest_first_then_by_euros(report):
    more = (*report.findings, replace(report.findings[0], finding_id="x", amount_eur=Decimal("0.44")))
    assert [(row.who, row.count, row.amount_eur) for row in summary.actions(more)] == [
        (SUPPLIER, 2, Decimal("1235.00")),
        ("Enedis", 1, Decimal("1.30")),
        (SUPPLIER, 1, Decimal("-20.50")),
    ]


def test_a_check_has_its_title_and_action_and_an_unknown_one_its_name():
    known = summary.check("price_missing")
    assert (known.title, known.action) == ("Prix manquant", "Compléter prices.csv.")
    assert summary.check("unheard_of") == summary.Check("unheard_of", "")


@pytest.mark.parametrize(
    ("changes", "name", "expected"),
    [
        ({"production_kwh": 0.0, "self_consumption_rate": None}, "self_consumption_rate", "aucune production"),
        ({"steps_missing": 3}, "consumption_kwh", "il manque 3 points de courbe"),
        ({"key_type_used": None}, "self_consumption_kwh", "clés de répartition inconnues"),
        ({}, "production_kwh", "courbe absente"),
        (
            {"production_kwh": None, "published_production_kwh": None},
            "self_consumption_kwh",
            "aucune courbe de production",
        ),
    ],
)
def test_a_missing_value_has_its_reason(report, changes, name, expected):
    assert summary.reason(replace(report.period, **changes), name).replace("\u00a0", " ") == expected


def test_an_unknown_total_is_not_a_partial_one(report):
    assert summary.total(report.consumers, "self_consumption_kwh") == 3210.25
    without = (report.consumers[0], replace(report.consumers[1], self_consumption_kwh=None))
    assert summary.total(without, "self_consumption_kwh") is None


def test_evidence_is_said_in_french():
    item = {"file": "a.xlsx", "line": 7, "column": "TOTAL TTC", "value": 1812.5, "expected_kwh": 970, "amount_eur": 3.5,
            "role": "consumer", "odd": "x"}  # fmt: skip
    assert evidence.proofs(json.dumps([item]))[0].text.replace("\u202f", " ").replace("\u00a0", " ") == (
        "a.xlsx, ligne 7, colonne TOTAL TTC : valeur 1 812,50, attendu 970 kWh, montant 3,50 €, consommateur, odd x"
    )
    bill = {"expected": 12, "method": "12 mois", "source": "Contrat"}
    assert evidence.proofs(json.dumps([bill]))[0].said == "attendu 12, calcul : 12 mois, référence : Contrat"
    told = {"slots": "HP : 3 kWh. Publiées par Enedis.", "price": "0,12 €/kWh"}
    assert evidence.proofs(json.dumps([told]))[0].said == "postes : HP : 3 kWh. Publiées par Enedis, prix : 0,12 €/kWh"
    assert [proof.text for proof in evidence.proofs('{"a": 1}')] == ['{"a": 1}']
    assert evidence.proofs(None) == ()


@pytest.mark.parametrize(
    ("start", "minutes", "step", "expected"),
    [
        (date(2025, 11, 1), 15, 30, "1er novembre 2025 à 7 h 30"),
        (date(2025, 10, 15), 15, 96 * 12 + 12, "27 octobre 2025 à 2 h 00"),  # the 26th has 25 hours
        (date(2024, 3, 31), 30, 4, "31 mars 2024 à 3 h 00"),
    ],
)
def test_a_step_of_the_grid_is_said_as_a_day_and_an_hour(start, minutes, step, expected):
    [proof] = evidence.proofs(json.dumps([{"first_step": step}]), start, minutes)
    assert proof.said.replace("\u00a0", " ") == f"à partir du {expected}"


def test_the_grid_of_a_finding_is_that_of_the_curves(report):
    split = replace(report.findings[1], check_name="published_split_differs", period_start=None,
                    evidence='[{"first_step": 2}]')  # fmt: skip
    assert summary.proofs(report, split)[0].said.replace("\u00a0", " ") == "à partir du 15 septembre 2025 à 0 h 30"


def test_the_rows_typed_here_obey_their_tables():
    from energy_pipeline.tables import schemas

    for table, typed in rows().items():
        schemas.validate(table, schemas.frame(table, typed))
