"""The command `claims`: beside what is claimed, what no letter says."""

from datetime import date
from pathlib import Path

import typer
from typer.testing import CliRunner

from energy_pipeline import warehouse
from energy_pipeline.cli import claims as command
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts, schemas
from tests.unit.claims.conftest import SCHOOL, SUN, published

BILL = {"supplier": SUN, "invoice_number": "F9", "prm": SCHOOL, "month": date(2025, 9, 1), "verdict": "no_curve"}
REASON = "Courbe de consommation du point absente le 12/09/2025."


def told(home: Path, *options: str) -> str:
    app = typer.Typer()
    app.command("claims")(command.claims)
    result = CliRunner().invoke(app, ["--home", str(home), *options])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_what_is_billed_too_low_and_what_was_not_checked_are_told_beside_the_letters(tmp_path):
    publication = published(Home(tmp_path).create().publication)
    with warehouse.connect(publication) as connection:
        bills = [BILL | {"detail_id": str(number), "reason": REASON} for number in (1, 2)]
        warehouse.insert(connection, marts.INVOICE_RECONCILIATION, schemas.frame(marts.INVOICE_RECONCILIATION, bills))
    said = told(tmp_path)
    assert "non déduit et dit dans aucune lettre : 20,00 € HT, 1 constat(s). Une régularisation est à prévoir." in said
    assert f"Non vérifiées, faute de courbe : 2 ligne(s) de facture. 2 : {REASON}" in said
    assert "aucune lettre" not in told(tmp_path, "--month", "2025-09")
    assert "faute de courbe" not in told(tmp_path, "--party", "enedis")
