"""The workbook in LibreOffice, which opens it as a town hall does."""

import csv
import subprocess
from datetime import date
from pathlib import Path

import pytest

from energy_pipeline.reports import content, workbook
from tests import publications
from tests.programs import program
from tests.unit.reports import conftest

pytestmark = pytest.mark.office
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true,false,false,-1"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    publication = publications.write(tmp_path / "energy.duckdb", conftest.rows())
    path = tmp_path / "rapport.xlsx"
    path.write_bytes(workbook.render(content.read(publication, publications.OPERATION, date(2025, 9, 15))))
    return path


def convert(book: Path, to: str) -> Path:
    """Convert with a profile of its own: LibreOffice refuses a second instance on the same one."""
    folder = book.parent
    command = [
        program("soffice"), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", to,
        "--outdir", str(folder), str(book),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_libreoffice_shows_the_figures_and_computes_no_name(book):
    folder = convert(book, EVERY_SHEET)
    sheets = {
        name: list(csv.reader((folder / f"rapport-{name}.csv").open(encoding="utf-8"), delimiter=";"))
        for name in ("Opération", "Producteurs", "Consommateurs", "Échanges", "Constats", "Factures", "Contrôles")
    }
    shared = next(row for row in sheets["Opération"] if row[0] == "Autoconsommation totale")
    assert [value.replace(",", "") for value in shared[1:4]] == ["3210.25", "3200.25", "10.00"]
    school = next(row for row in sheets["Consommateurs"] if row[0] == conftest.SCHOOL)
    assert school[2] == conftest.EVIL_FORMULA
    bill = next(row for row in sheets["Factures"] if row[3] == conftest.SCHOOL)
    assert bill[1:3] == ["+33FACT", "0001"]
    assert bill[5:7] == ["15/09/2025", "14/10/2025"]


def test_libreoffice_prints_it(book):
    folder = convert(book, "pdf")
    text = subprocess.run(
        [program("pdftotext"), "-layout", str(folder / "rapport.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Taux d'autoconsommation" in text
    assert "74.3%" in text.replace(",", ".").replace(" ", "")
    assert conftest.ROOF in text
