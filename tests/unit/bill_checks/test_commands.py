"""The commands `bill` and `rates`, on a publication written by hand."""

import warnings
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline import tariffs
from energy_pipeline.cli import bills as commands
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from energy_pipeline.tariffs import words
from tests import publications

CHECK = {
    "supplier": "TotalEnergies", "invoice_number": "100012509001", "detail_id": "0001", "prm": "30001000000001",
    "month": date(2025, 9, 1), "path": "factures.xlsx", "line": 2, "source": "CIBS, art. L312-24",
}  # fmt: skip
ROWS = [
    CHECK | {"check_name": "excise_amount", "family": "price", "decision": "invalid", "invoiced": 33.7,
             "expected": 29.98, "unit": "EUR", "amount_eur": Decimal("3.72"), "method": "Tarif ménages."},
    CHECK | {"check_name": "cta_amount", "family": "price", "decision": "valid", "unit": "EUR"},
    CHECK | {"check_name": "fixed_grid_amount", "family": "price", "decision": "ignored",
             "reason": "Barème manquant : TURPE C5 au 01/08/2026."},
    CHECK | {"check_name": "period_length", "family": "date", "decision": "valid", "invoiced": -669.0, "expected": 30.0,
             "unit": "jour", "method": "Entre 88,38 € et 1 184,47 €."},
]  # fmt: skip
BILL = {
    "supplier": "TotalEnergies", "invoice_number": "100012509001", "detail_id": "0001", "prm": "30001000000001",
    "month": date(2025, 9, 1), "period_start": date(2025, 9, 1), "period_end": date(2025, 9, 30),
}  # fmt: skip
RECONCILED = BILL | {
    "reading": "actual", "billed_kwh": 3337.0, "expected_kwh": 2254.3, "verdict": "self_consumption_not_deducted",
    "amount_eur": Decimal("120.87"),
}  # fmt: skip
FINDING = BILL | {
    "finding_id": "a1b2c3d4e5f60718", "check_name": "self_consumption_not_deducted", "severity": "error",
    "party": "supplier", "expected": 2254.3, "observed": 3337.0, "unit": "kWh", "amount_eur": Decimal("120.87"),
    "amount_ttc_eur": Decimal("145.05"), "message": "1 082,7 kWh × 0,11164 €/kWh = 120,87 € HT.",
    "evidence": '[{"file": "factures.xlsx", "line": 2, "price": "énergie 300,00 €"}]',
}  # fmt: skip


@pytest.fixture
def run():
    app = typer.Typer()
    app.command("bill")(commands.bill)
    app.command("rates")(commands.rates)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path) -> Path:
    publication = Home(tmp_path).create().publication
    publications.write(
        publication, {marts.BILL_CHECK: ROWS, marts.INVOICE_RECONCILIATION: [RECONCILED], marts.FINDING: [FINDING]}
    )
    return tmp_path


def text(result) -> str:
    return one_line(result.output)


def one_line(output: str) -> str:
    return " ".join(output.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_the_failed_checks_of_an_invoice_are_shown(run, home, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 200)
    result = run("bill", "100012509001", "--home", home)
    assert result.exit_code == 0
    assert "1 erreur · 1 non vérifié · 2 conformes" in text(result)
    values = "facturé 33,70 €, attendu 29,98 €, écart HT 3,72 €"
    assert f"— Accise inexacte : erreur ; {values} Tarif ménages. (CIBS, art. L312-24)" in text(result)
    assert "CTA" not in text(result)
    everything = text(run("bill", "100012509001", "--home", home, "--all"))
    assert "— CTA inexacte : conforme (CIBS, art. L312-24)" in everything
    assert "Barème manquant : TURPE C5 au 01/08/2026." in everything


def test_checks_are_read_in_a_narrow_terminal(run, home, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 300)
    wide = text(run("bill", "100012509001", "--home", home, "--all")).partition("Vérifications")[2]
    monkeypatch.setattr(commands.console, "width", 80)
    narrow = run("bill", "100012509001", "--home", home, "--all").output.partition("Vérifications")[2]
    assert one_line(narrow) == wide.strip()
    assert "…" not in narrow and max(map(len, narrow.splitlines())) <= 80


def test_the_curves_and_the_findings_come_before_the_checks(run, home, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 200)
    told = text(run("bill", "100012509001", "--home", home))
    parts = [
        "TotalEnergies, face aux courbes",
        "0001 30001000000001 3 337,0 2 254,3 1 082,7 120,87 Autoconsommation non déduite 01/09/2025 30/09/2025",
        "120,87 € HT, 145,05 € TTC (à corriger, constat a1b2c3d4e5f60718)",
        "1 082,7 kWh × 0,11164 €/kWh = 120,87 € HT.",
        "Prix, factures.xlsx, ligne 2 : énergie 300,00 €.",
        "1 erreur · 1 non vérifié",
    ]
    places = [told.find(part) for part in parts]
    assert -1 not in places and places == sorted(places), told


def test_an_invoice_without_any_check_is_still_shown(run, tmp_path):
    publications.write(Home(tmp_path).create().publication, {marts.INVOICE_RECONCILIATION: [RECONCILED]})
    told = text(run("bill", "100012509001", "--home", tmp_path))
    assert "1 082,7" in told and "Constats Aucun." in told


def test_decimal_commas_and_true_minus_signs(run, home, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 250)
    told = text(run("bill", "100012509001", "--home", home, "--all"))
    assert "−669 jours" in told
    assert "Entre 88,38 € et 1 184,47 €." in told


def test_an_unknown_invoice_is_said(run, home):
    assert run("bill", "999", "--home", home).exit_code == 1


def test_the_rates_of_a_day(run):
    told = text(run("rates", "2025-09-01", "--rate", "excise"))
    assert told.startswith(
        "Accise sur l'électricité (excise) haute puissance 0,02579 €/kWh A ménages 0,02998 €/kWh A PME"
    )
    assert " Du 01/08/2025 au 31/01/2026 : CIBS L312-24, tarifs au 1er août 2025" in told
    assert told.endswith("Confiance : A, la loi, le régulateur, ou deux sources qui concordent.")
    assert run("rates", "2026-08-01", "--rate", "turpe_energy").exit_code == 1
    assert run("rates", "2026-08-01", "--rate", "turpe_8").exit_code == 1
    assert run("rates", "hier").exit_code == 2


def test_all_the_rates_of_a_day_without_a_warning_and_with_those_that_are_missing(run, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 250)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = run("rates", "2026-08-01")
    assert result.exit_code == 0, result.exception
    told = text(result)
    assert "TURPE, part énergie (turpe_energy) Barème manquant." in told, "of no grid, one word"
    assert "T3 1858,68 €/an valeur douteuse Du 01/07/2026 au 30/06/2027 : " in told
    assert "sans fin connue : CGI (taux normal). Barème manquant : taux réduit." in told


@pytest.mark.parametrize("width", [80, 100])
def test_all_the_rates_of_a_day_are_read_in_a_narrow_terminal(run, monkeypatch, width):
    """Nothing is cut, and no word is broken: what is printed is what a wide terminal shows, line ends aside."""
    monkeypatch.setattr(commands.console, "width", 300)
    wide = text(run("rates", "2025-11-08"))
    monkeypatch.setattr(commands.console, "width", width)
    narrow = run("rates", "2025-11-08").output
    assert one_line(narrow) == wide.strip()
    assert "…" not in narrow and max(map(len, narrow.splitlines())) <= width
    in_force = tariffs.rates().filter(
        pl.lit(date(2025, 11, 8)).is_between("valid_from", pl.col("valid_to").fill_null(date.max), closed="left")
    )
    assert len([line for line in narrow.splitlines() if line.rstrip().endswith(("  A", "  B", "  C"))]) == len(in_force)


def test_every_unit_and_every_variant_in_words_has_its_french():
    known = tariffs.rates()
    assert set(known["unit"]) <= set(words.UNITS)
    told = {word for variant in known["variant"].unique() for word in words.variant(variant).split()}
    assert not told & {"household", "sme", "high_power", "complement", "self", "reduced", "CU4_ACC"}
    assert words.value(Decimal("0.2"), "1") == "20" and words.value(Decimal("30.6"), "EUR/year") == "30,6"
