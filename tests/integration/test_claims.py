"""`energy-pipeline claims` on the demo: the list, the letters, what LibreOffice and poppler read in them."""

import re
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.conftest import Installation, energy_pipeline
from tests.programs import program


def money(text: str) -> Decimal:
    return Decimal(re.sub(r"[\s€]", "", text).replace(",", "."))


def pages(pdf: Path) -> str:
    said = subprocess.run([program("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, check=True).stdout
    return re.sub(r"\s+", " ", said.decode())


@pytest.fixture(scope="module")
def letters(demo: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("claims") / "letters"
    made = energy_pipeline("claims", "--home", demo.home, "--out", out, "--date", "2025-12-15")
    assert made.returncode == 0, made.stderr
    assert "Lettre à TotalEnergies" in made.stdout and "Lettre à Enedis" in made.stdout
    return out


def test_the_list_is_the_sum_of_the_findings(demo: Installation):
    shown = energy_pipeline("claims", "--home", demo.home)
    assert shown.returncode == 0, shown.stderr
    [total] = re.findall(r"^Total\s+(\d+)\s+([\d\s,]+€)", shown.stdout, re.MULTILINE)
    row = demo.rows("SELECT count(*) AS n, sum(amount_eur) AS eur FROM finding WHERE amount_eur > 0").row(0)
    assert (int(total[0]), money(total[1])) == row
    assert "ACC00000103, 01/10/2025" in shown.stdout and "--contest-default-keys" in shown.stdout
    assert "Non vérifiées, faute de courbe : 25 ligne(s) de facture." in shown.stdout
    assert "18 : Ce point n'est d'aucune opération connue à ces dates" in shown.stdout


def test_the_claims_of_the_marts_carry_each_euro_once(demo: Installation):
    [(claimed, ttc)] = demo.rows("SELECT sum(amount_eur), sum(amount_ttc_eur) FROM claim").iter_rows()
    [found] = demo.rows("SELECT sum(amount_eur), sum(amount_ttc_eur) FROM finding WHERE amount_eur > 0").iter_rows()
    assert (claimed, ttc) == found
    [(sites,)] = demo.rows("SELECT sum(claimed_eur) FROM site_year").iter_rows()
    [(of_suppliers,)] = demo.rows("SELECT sum(amount_eur) FROM claim WHERE party = 'supplier'").iter_rows()
    assert sites == of_suppliers


def test_letters_exist_for_each_party(letters: Path):
    assert {path.stem for path in letters.iterdir()} == {
        "reclamation_TotalEnergies_Commune-de-Valsereine", "reclamation_TotalEnergies_Regie-de-Haute-Combe",
        "reclamation_Enedis_ACC00000101",
    }  # fmt: skip
    assert {path.suffix for path in letters.iterdir()} == {".docx", ".pdf", ".xlsx"}
    assert {path.stat().st_mode & 0o777 for path in letters.iterdir()} == {0o640}


def test_the_pdf_says_the_euros_of_the_bills_and_carries_its_fonts(demo: Installation, letters: Path):
    pdf = letters / "reclamation_TotalEnergies_Commune-de-Valsereine.pdf"
    said = pages(pdf)
    rows = demo.rows(
        "SELECT invoice_number, prm, amount_eur, amount_ttc_eur FROM finding "
        "WHERE party = 'supplier' AND operation_id = 'ACC00000101' AND amount_eur > 0"
    )
    for number, prm, euros, ttc in rows.iter_rows():
        for expected in (number, prm, f"{euros}".replace(".", ","), f"{ttc}".replace(".", ",")):
            assert expected in said
    assert f"{rows['amount_eur'].sum()} € HT".replace(".", ",") in said
    assert "Valsereine, le 15 décembre 2025" in said
    fonts = subprocess.run([program("pdffonts"), str(pdf)], capture_output=True, text=True, check=True).stdout
    embedded = [line.split()[-5] for line in fonts.splitlines()[2:]]
    assert embedded and set(embedded) == {"yes"}


@pytest.mark.office
def test_libreoffice_opens_the_letters(letters: Path, tmp_path: Path):
    documents = sorted(letters.glob("*.docx"))
    done = subprocess.run(
        [
            program("soffice"), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
            "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, documents),
        ],
        capture_output=True, text=True, timeout=180, check=True,
    )  # fmt: skip
    for document in documents:
        converted = tmp_path / f"{document.stem}.pdf"
        assert converted.exists(), f"is libreoffice-writer installed? {done.stderr}"
        said = pages(converted)
        assert "Objet" in said and "trente jours" in said and "Total" in said


def test_nothing_to_claim_is_said_and_nothing_written(demo: Installation, tmp_path: Path):
    none = energy_pipeline("claims", "--home", demo.home, "--year", "2024", "--out", tmp_path / "none")
    assert none.returncode == 0, none.stderr
    assert "Rien à réclamer." in none.stdout and "Aucune lettre" in none.stdout
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--supplier", "EDF"], "Fournisseur inconnu : EDF. Connus : TotalEnergies."),
        (["--operation", "ACC00000999"], "Opération inconnue : ACC00000999."),
    ],
)
def test_an_unknown_name_is_told_with_those_that_are_known(demo: Installation, options: list[str], said: str):
    failed = energy_pipeline("claims", "--home", demo.home, *options)
    assert failed.returncode == 1
    assert said in failed.stderr


def test_the_address_book_of_the_home_gives_the_addressee(demo: Installation, tmp_path: Path):
    book = tmp_path / "home" / "addressees.toml"
    (book.parent / "publication").mkdir(parents=True)
    (book.parent / "publication" / "energy.duckdb").symlink_to(demo.home / "publication" / "energy.duckdb")
    book.write_text('["TotalEnergies"]\nlines = ["TotalEnergies", "Service réclamations"]\n', encoding="utf-8")
    options = ["--home", book.parent, "--supplier", "totalenergies", "--month", "2025-09", "--out", tmp_path / "out"]
    made = energy_pipeline("claims", *options)
    assert made.returncode == 0, made.stderr
    assert "adresse du destinataire" not in made.stdout
    assert "Service réclamations" in pages(tmp_path / "out" / "reclamation_TotalEnergies_Regie-de-Haute-Combe.pdf")
    book.write_text("[TotalEnergies", encoding="utf-8")
    assert energy_pipeline("claims", *options).returncode == 1
