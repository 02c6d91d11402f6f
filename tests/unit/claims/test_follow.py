"""What became of the claims sent: settled only where the ledger shows it, due, or no longer found, to the cent."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from energy_pipeline import warehouse
from energy_pipeline.claims import (
    Euros,
    Followed,
    Selection,
    Sent,
    follow,
    known_corrections,
    noted,
    read,
    write_claims,
)
from energy_pipeline.tables import marts, schemas
from tests.publications import Rows
from tests.unit.claims.conftest import ACC, FINDINGS, GLOW, SCHOOL, SUN, finding, published

SENT_ON = date(2025, 12, 5)
SEPTEMBER, LAST = date(2025, 9, 1), date(2025, 9, 30)
FIRST = finding(1, "self_consumption_not_deducted", 9, "100.05", "120.06")
SPLIT = next(row for row in FINDINGS if row["check_name"] == "published_split_differs")
BILL = {"supplier": SUN, "invoice_number": "F9", "detail_id": "1", "prm": SCHOOL, "month": SEPTEMBER,
        "period_start": SEPTEMBER, "period_end": LAST, "billed_kwh": 1700.0, "verdict": "matches"}  # fmt: skip
CREDIT = {"supplier": SUN, "invoice_number": "A7", "invoice_date": date(2025, 12, 20), "month": SEPTEMBER,
          "kind": "credit", "origin_number": "F9", "details": 1}  # fmt: skip
CREDIT_LINE = {"supplier": SUN, "invoice_number": "A7", "detail_id": "1", "prm": SCHOOL, "month": SEPTEMBER,
               "component": "energy", "amount_eur": Decimal("-60.00")}  # fmt: skip
CREDITED = {marts.INVOICE: [CREDIT], marts.INVOICE_LINE: [CREDIT_LINE]}
SUPERSEDED = {"finding_id": "f" * 16, "check_name": "superseded_invoice_row", "severity": "info", "party": "supplier",
              "supplier": SUN, "invoice_number": "F9", "detail_id": "1", "prm": SCHOOL, "expected": 300.0,
              "observed": 200.0, "message": "", "month": SEPTEMBER,
              "evidence": json.dumps([{"file": "a"}, {"file": "b", "changed": ["consumption_kwh"]}])}  # fmt: skip
REPUBLISHED = {**SPLIT, "finding_id": "e" * 16, "check_name": "republished_curve", "severity": "info",
               "observed": 310.0, "amount_eur": None}  # fmt: skip


def state(folder: Path, findings: Rows, more: dict | None = None) -> Path:
    folder.mkdir()
    path = published(folder / "energy.duckdb", findings)
    with warehouse.connect(path) as connection:
        for table, rows in (more or {}).items():
            warehouse.insert(connection, table, schemas.frame(table, rows))
    return path


def sent_from(folder: Path, findings: Rows, more: dict | None = None) -> list[Sent]:
    """Return what is noted when the letters of a publication leave."""
    publication = state(folder, findings, more)
    claims = read(publication, Selection()).claims
    with warehouse.connect(publication, read_only=True) as connection:
        known = known_corrections(connection, claims)
    return [noted(claim, SENT_ON, some) for claim, some in zip(claims, known, strict=True)]


def became(folder: Path, findings: Rows, more: dict | None = None, *, before: Rows | None = None,
           known: dict | None = None) -> Followed:  # fmt: skip
    """Return what became of the one claim sent."""
    folder.mkdir(exist_ok=True)
    rows = sent_from(folder / "before", before or [FIRST], known)
    (one,) = follow(state(folder / "after", findings, more), rows, Selection())
    return one


def amounts(one: Followed) -> tuple[Euros, Euros, Euros]:
    return one.settled, one.vanished, one.due


def euros(ht: str, ttc: str = "0") -> Euros:
    return Euros(Decimal(ht), Decimal(ttc))


NOTHING, ALL = Euros(), euros("100.05", "120.06")


def test_what_stands_is_due(tmp_path):
    one = became(tmp_path, [FIRST])
    assert amounts(one) == (NOTHING, NOTHING, ALL)
    assert (one.dates, one.why, one.corrections) == ((SENT_ON,), "", ())


def test_a_cancelled_bill_settles_the_whole_and_names_its_credit(tmp_path):
    cancelled = [BILL | {"verdict": "cancelled"}]
    one = became(tmp_path / "a", [], {marts.INVOICE_RECONCILIATION: cancelled, **CREDITED})
    assert amounts(one) == (ALL, NOTHING, NOTHING)
    assert one.why == "avoir n° A7 du 20/12/2025"
    opposite = BILL | {"invoice_number": "A7", "billed_kwh": -1700.0, "verdict": "cancelled"}
    unnamed = {marts.INVOICE: [CREDIT | {"origin_number": None}], marts.INVOICE_LINE: [CREDIT_LINE]}
    one = became(tmp_path / "b", [], {marts.INVOICE_RECONCILIATION: [*cancelled, opposite], **unnamed})
    assert (amounts(one), one.why) == ((ALL, NOTHING, NOTHING), "avoir n° A7 du 20/12/2025")
    one = became(tmp_path / "c", [], {marts.INVOICE_RECONCILIATION: cancelled})
    assert (amounts(one), one.why) == ((ALL, NOTHING, NOTHING), "facture annulée")


def test_a_credit_in_part_leaves_the_rest_due(tmp_path):
    less = [{**FIRST, "amount_eur": Decimal("40.05"), "amount_ttc_eur": Decimal("48.06")}]
    one = became(tmp_path / "a", less, CREDITED)
    assert amounts(one) == (euros("60.00", "72.00"), NOTHING, euros("40.05", "48.06"))
    one = became(tmp_path / "b", less)
    assert amounts(one) == (NOTHING, euros("60.00", "72.00"), euros("40.05", "48.06"))
    assert one.why == "constat chiffré plus bas, sans avoir ni régularisation connus"


def test_a_credit_of_another_point_or_known_before_settles_nothing(tmp_path):
    elsewhere = {marts.INVOICE: [CREDIT], marts.INVOICE_LINE: [CREDIT_LINE | {"prm": "30001000000099"}]}
    matches = {marts.INVOICE_RECONCILIATION: [BILL]}
    one = became(tmp_path / "a", [], matches | elsewhere)
    assert amounts(one) == (NOTHING, ALL, NOTHING)
    one = became(tmp_path / "b", [], matches | CREDITED, known=CREDITED)
    assert amounts(one) == (NOTHING, ALL, NOTHING)
    assert one.first.known_corrections == "A7"
    assert amounts(became(tmp_path / "c", [], matches | CREDITED)) == (ALL, NOTHING, NOTHING)


def test_a_credit_that_changes_no_finding_is_told_and_nothing_more(tmp_path):
    one = became(tmp_path, [FIRST], CREDITED)
    assert amounts(one) == (NOTHING, NOTHING, ALL)
    assert one.to_match == "avoir n° A7 du 20/12/2025"


def test_a_credit_that_names_no_bill_settles_nothing_and_is_told_while_the_claim_stands(tmp_path):
    unnamed = {marts.INVOICE: [CREDIT | {"origin_number": None}], marts.INVOICE_LINE: [CREDIT_LINE]}
    one = became(tmp_path / "a", [FIRST], unnamed)
    assert amounts(one) == (NOTHING, NOTHING, ALL)
    assert one.to_match == "avoir n° A7 du 20/12/2025, qui ne nomme aucune facture"
    out, sent = tmp_path / "out", [one.first]
    (reminder,) = write_claims(tmp_path / "a/after/energy.duckdb", out, sent=sent, again=True)
    assert reminder.to_complete[-1] == f"{one.to_match}, à rapprocher de la facture F9"
    assert amounts(became(tmp_path / "b", [], unnamed)) == (NOTHING, ALL, NOTHING)
    before = {marts.INVOICE: [{**unnamed[marts.INVOICE][0], "invoice_date": date(2025, 12, 4)}],
              marts.INVOICE_LINE: [CREDIT_LINE]}  # fmt: skip
    assert became(tmp_path / "c", [FIRST], before).to_match == ""


def test_a_bill_that_names_the_one_that_it_corrects_settles(tmp_path):
    rebilled = {marts.INVOICE: [CREDIT | {"kind": "invoice"}], marts.INVOICE_LINE: [CREDIT_LINE]}
    one = became(tmp_path, [], rebilled)
    assert (amounts(one), one.why) == ((ALL, NOTHING, NOTHING), "facture rectificative n° A7 du 20/12/2025")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, "la facture ne présente plus cette erreur au vu des données d'aujourd'hui"),
        ({marts.INVOICE_RECONCILIATION: [BILL | {"verdict": "no_curve", "reason": "Courbe absente."}], **CREDITED},
         "la facture n'est plus vérifiée : Courbe absente"),
    ],
)  # fmt: skip
def test_what_vanished_is_not_settled(tmp_path, more: dict, why: str):
    one = became(tmp_path, [], more)
    assert amounts(one) == (NOTHING, ALL, NOTHING)
    assert one.why == why


def test_a_bill_whose_file_is_withdrawn_is_not_settled(tmp_path):
    rows = [replace(one, invoice_number="F8") for one in sent_from(tmp_path / "before", [FIRST])]
    (one,) = follow(state(tmp_path / "after", []), rows, Selection())
    assert (amounts(one), one.why) == ((NOTHING, ALL, NOTHING), "la facture n'est plus dans les fichiers")


def test_what_became_a_doubt_is_not_settled(tmp_path):
    one = became(tmp_path, [{**FIRST, "severity": "warning"}], CREDITED)
    assert (amounts(one), one.why) == ((NOTHING, ALL, NOTHING), "le constat est désormais à vérifier")


def test_a_line_that_a_newer_export_replaces_settles(tmp_path):
    one = became(tmp_path / "a", [SUPERSEDED], {marts.INVOICE_RECONCILIATION: [BILL]})
    assert (amounts(one), one.why) == ((ALL, NOTHING, NOTHING), "ligne remplacée par un export plus récent")
    one = became(tmp_path / "b", [SUPERSEDED], {}, before=[FIRST, SUPERSEDED])
    assert amounts(one) == (NOTHING, ALL, NOTHING)
    assert one.first.known_corrections == "300.00 → 200.00 consumption_kwh"


def test_a_vat_alone_counts_in_euros_with_vat(tmp_path):
    vat = finding(1, "normal_vat_amount", 9, None, "2.40", unit="EUR")
    assert amounts(became(tmp_path / "a", [vat], before=[vat])) == (NOTHING, NOTHING, euros("0", "2.40"))
    cancelled = {marts.INVOICE_RECONCILIATION: [BILL | {"verdict": "cancelled"}]}
    assert amounts(became(tmp_path / "b", [], cancelled, before=[vat])) == (euros("0", "2.40"), NOTHING, NOTHING)


def test_a_split_is_settled_by_a_new_publication_only(tmp_path):
    loss = euros("20.01")
    assert amounts(became(tmp_path / "a", [REPUBLISHED], before=[SPLIT])) == (loss, NOTHING, NOTHING)
    one = became(tmp_path / "b", [], before=[SPLIT])
    assert amounts(one) == (NOTHING, loss, NOTHING) and "sans nouvelle publication connue" in one.why
    assert amounts(became(tmp_path / "c", [REPUBLISHED], before=[SPLIT, REPUBLISHED])) == (NOTHING, loss, NOTHING)


def test_a_finding_that_changes_its_id_is_the_same_claim(tmp_path):
    renamed = {**FIRST, "finding_id": "d" * 16, "check_name": "over_billed", "operation_id": None}
    assert amounts(became(tmp_path / "a", [renamed])) == (NOTHING, NOTHING, ALL)
    # Two that could be it: neither is.
    twin = {**renamed, "finding_id": "c" * 16}
    assert amounts(became(tmp_path / "b", [renamed, twin])) == (NOTHING, ALL, NOTHING)


def test_more_is_due_than_was_asked_when_the_finding_grows(tmp_path):
    more = {**FIRST, "amount_eur": Decimal("150.00"), "amount_ttc_eur": Decimal("180.00")}
    assert amounts(became(tmp_path, [more])) == (NOTHING, NOTHING, euros("150.00", "180.00"))


def test_a_selection_follows_what_it_chooses(tmp_path):
    rows = sent_from(tmp_path / "before", FINDINGS)
    publication = state(tmp_path / "after", [])
    chosen = {
        "all": Selection(), "none": Selection(first=date(2024, 1, 1), last=date(2024, 12, 1)),
        "glow": Selection(supplier=GLOW), "enedis": Selection(party="enedis"),
        "september": Selection((ACC,), first=SEPTEMBER, last=SEPTEMBER),
    }  # fmt: skip
    counted = {name: len(follow(publication, rows, selection)) for name, selection in chosen.items()}
    assert counted == {"all": 9, "none": 0, "glow": 1, "enedis": 1, "september": 1}
