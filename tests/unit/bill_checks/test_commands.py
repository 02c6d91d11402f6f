"""The commands `bill` and `rates`, on a publication written by hand."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline.cli import bills as commands
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
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
]  # fmt: skip


@pytest.fixture
def run():
    app = typer.Typer()
    app.command("bill")(commands.bill)
    app.command("rates")(commands.rates)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def home(tmp_path) -> Path:
    publication = Home(tmp_path).create().publication
    publications.write(publication, {marts.BILL_CHECK: ROWS})
    return tmp_path


def text(result) -> str:
    return " ".join(result.output.replace("\u00a0", " ").split())


def test_the_failed_checks_of_an_invoice_are_shown(run, home, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 200)
    result = run("bill", "100012509001", "--home", home)
    assert result.exit_code == 0
    assert "1 erreur · 1 non vérifié · 1 conforme" in text(result)
    assert "Accise inexacte erreur 33,70 € 29,98 € 3,72 € Tarif ménages. (CIBS, art. L312-24)" in text(result)
    assert "CTA" not in text(result)
    everything = text(run("bill", "100012509001", "--home", home, "--all"))
    assert "CTA inexacte conforme" in everything
    assert "Barème manquant : TURPE C5 au 01/08/2026." in everything


def test_an_unknown_invoice_is_said(run, home):
    assert run("bill", "999", "--home", home).exit_code == 1


def test_the_rates_of_a_day(run, monkeypatch):
    monkeypatch.setattr(commands.console, "width", 200)
    result = run("rates", "2025-09-01", "--rate", "excise")
    assert "excise household 0,02998 EUR/kWh 01/08/2025 01/02/2026 A" in text(result)
    assert run("rates", "2026-08-01", "--rate", "turpe_energy").exit_code == 1
    assert run("rates", "2026-08-01", "--rate", "turpe_8").exit_code == 1
    assert run("rates", "hier").exit_code == 2
