"""`annexe2 export` and `annexe2 check` from a publication, and the workbook in LibreOffice."""

import csv
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_pipeline.cli.annexe2 import app
from energy_pipeline.tables import marts
from tests import publications
from tests.integration.conftest import Installation
from tests.programs import program
from tests.sirets import siret

ACC = "ACC00000042"
SETTINGS = """{"JURIDIQUE_PMO": "Collectivité territoriale", "CODE NAF_PMO": "8411Z", "ADRESSE_PMO": "1 place",
"CODE POSTAL_PMO": "99000", "COMMUNE_PMO": "Valfleuri", "EMAIL1_PMO": "a@b.example", "NOM_PMO": "VAUTRIN",
"PRENOM_PMO": "Armelle", "TEL_PMO": "01 99 00 01 23"}"""
OPERATION = {
    "operation_id": ACC, "name": "Toits d'Été", "organiser": "Commune de Valfleuri", "organiser_siret_rna": siret(1),
    "commune": "Valfleuri", "post_code": "99000", "key_type": "static", "settings": SETTINGS,
}  # fmt: skip
SCHOOL, LEAVER, ROOF = "01000000000201", "30001000000202", "30001000000101"


def stay(prm: str, role: str, valid_to: date | None = None, **more: object) -> dict[str, object]:
    return {
        "operation_id": ACC, "prm": prm, "role": role, "valid_from": date(2025, 1, 1), "valid_to": valid_to,
        "name": "École du Cœur", "address": "2 rue du Pré", "siret_rna": siret(2), "role_source": "annexe2", **more,
    }  # fmt: skip


def key(prm: str, share: str, start: date, end: date | None) -> dict[str, object]:
    return {"operation_id": ACC, "consumer_prm": prm, "valid_from": start, "valid_to": end, "key_type": "static",
            "share": Decimal(share), "source_file": "x.csv"}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "publication").mkdir()
    publications.write(
        tmp_path / "publication" / "energy.duckdb",
        {
            marts.OPERATION: [OPERATION],
            marts.PARTICIPANT: [
                stay(SCHOOL, "consumer"),
                stay(LEAVER, "consumer", date(2025, 9, 1)),
                stay(ROOF, "producer", email="c@d.example", power_kw=18.5, installation="SOLAIRE PHOTOVOLTAIQUE"),
            ],
            marts.DISTRIBUTION_KEY: [
                key(SCHOOL, "0.3", date(2025, 1, 1), date(2025, 9, 1)),
                key(SCHOOL, "0.45678", date(2025, 9, 1), None),
                key(LEAVER, "0.4", date(2025, 1, 1), date(2025, 9, 1)),
            ],
            marts.AWAITED_PARTICIPANT: [
                {"operation_id": ACC, "connection_request": "123C45", "role": "consumer", "name": "Préau",
                 "address": "3 rue", "siret_rna": siret(3), "share": Decimal("0.2"), "declared_on": date(2025, 9, 1)}
            ],
        },
    )  # fmt: skip
    return tmp_path


def run(*arguments: str | Path):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def export(home: Path, form: str, day: str = "2025-10-01", *more: str):
    out = home / f"out_{form}"
    return run("export", "--home", home, "--operation", ACC, "--out", out, "--format", form, "--date", day, *more), out


def test_the_csv_tell_who_takes_part_on_that_day(home):
    done, out = export(home, "csv")
    assert done.exit_code == 0, done.output
    assert "remplacés" in done.output
    names = [f"{ACC}_20251001_ANNEXE2.11.csv", f"{ACC}_20251001_ANNEXE2.12.csv"]
    assert sorted(path.name for path in out.iterdir()) == names
    rows = (out / names[1]).read_text("iso-8859-1").splitlines()[1:]
    assert rows == [
        f"CONS;'{SCHOOL};;École du Coeur;2 rue du Pré;{siret(2)};45,678;;;",
        f"PROD;{ROOF};;École du Coeur;2 rue du Pré;{siret(2)};;c@d.example;18,5;SOLAIRE PHOTOVOLTAIQUE",
        f"CONS;;123C45;Préau;3 rue;{siret(3)};20;;;",
    ]
    checked = run("check", *sorted(out.iterdir()))
    assert checked.exit_code == 0
    assert checked.output.count("conforme") == 2


def test_on_an_earlier_day_the_leaver_is_there_with_the_keys_of_then(home):
    done, out = export(home, "csv", "2025-08-31")
    assert done.exit_code == 0, done.output
    rows = (out / f"{ACC}_20250831_ANNEXE2.12.csv").read_text("iso-8859-1")
    assert ";30;;;" in rows and f"{LEAVER};;École du Coeur;2 rue du Pré;{siret(2)};40;;;" in rows


def test_faults_are_told_all_together_and_nothing_is_written(home):
    publications_path = home / "publication" / "energy.duckdb"
    publications_path.unlink()
    publications.write(
        publications_path,
        {marts.OPERATION: [{"operation_id": ACC, "name": "Toits"}], marts.PARTICIPANT: [stay(ROOF, "producer")]},
    )
    for form in ("csv", "xlsx"):
        done, out = export(home, form)
        assert done.exit_code == 1
        assert not out.exists()
        told = " ".join(done.output.split())
        assert f"se déclare dans operations.toml, sous [{ACC}.annexe2]" in told
        assert ("--to-complete" in told) == (form == "xlsx")
        for field in ("COMMUNE_OP", "TEL_PMO", "MAIL") if form == "csv" else ("Commune", "Téléphone", "Mail"):
            assert field in told
        assert "champ obligatoire" in told
    done, out = export(home, "xlsx", "2025-10-01", "--to-complete")
    assert done.exit_code == 0
    assert "À compléter avant l'envoi — Téléphone" in done.output
    checked = run("check", *out.iterdir())
    assert checked.exit_code == 1
    assert "Téléphone" in checked.output
    assert export(home, "csv", "2025-10-01", "--to-complete")[0].exit_code == 1


def test_an_operation_that_nobody_knows_and_a_home_without_publication(home, tmp_path):
    arguments = ("--out", tmp_path / "x", "--format", "csv")
    unknown = run("export", "--home", home, "--operation", "ACC99999999", *arguments)
    assert (unknown.exit_code, "ACC99999999 n'est pas dans la publication" in unknown.output) == (1, True)
    assert run("export", "--home", tmp_path / "rien", "--operation", ACC, *arguments).exit_code == 1


def test_check_knows_static_keys_from_the_other_csv_and_refuses_what_is_no_annexe_2(home, tmp_path):
    _, out = export(home, "csv")
    operation, participants = sorted(out.iterdir())
    participants.write_bytes(participants.read_bytes().replace(b";45,678;", b";;"))
    alone = run("check", participants)
    assert (alone.exit_code, "conforme" in alone.output) == (0, True)
    pair = run("check", operation, participants)
    assert pair.exit_code == 1
    assert f"COEF_STATIC de CONS {SCHOOL}, ligne 2 : champ obligatoire" in pair.output
    other = tmp_path / "Perimetre_Participants.csv"
    other.write_bytes(b"PRM;Date debut rattachement;Date fin rattachement;\n30001000000201;01/01/2019;;\n")
    assert "ce n'est pas une Annexe 2.1" in run("check", other).output
    broken = tmp_path / f"{ACC}_20251001_ANNEXE2.1.xlsx"
    broken.write_bytes(b"PK\x03\x04abc")
    assert "Classeur illisible" in run("check", broken).output


def test_the_demo_is_conform_and_comes_back_as_it_was_sent(demo: Installation, tmp_path):
    sent = sorted((demo.inbox / "pmo").rglob("*ANNEXE2*.csv"))
    checked = run("check", *sent)
    assert (checked.exit_code, checked.output.count(": conforme")) == (0, len(sent))
    for operation in ("ACC00000101", "ACC00000102", "ACC00000103"):
        for form in ("csv", "xlsx"):
            done = run("export", "--home", demo.home, "--operation", operation, "--out", tmp_path, "--format", form)
            assert done.exit_code == 0, done.output
    written = sorted(tmp_path.iterdir())
    assert (len(written), run("check", *written).exit_code) == (9, 0)
    last = next(path for path in reversed(sent) if path.name.startswith("ACC00000103") and "2.11" in path.name)
    back = next(path for path in written if path.name.startswith("ACC00000103") and "2.11" in path.name)
    filled = [line for line in back.read_text("iso-8859-1").splitlines() if not line.endswith(";")]
    assert filled == last.read_text("iso-8859-1").splitlines()


@pytest.mark.office
def test_libreoffice_opens_the_workbook(home, tmp_path):
    _, out = export(home, "xlsx")
    (book,) = out.iterdir()
    command = [
        program("soffice"), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
        "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1",
        "--outdir", str(tmp_path), str(book),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    sheets = {
        name: list(csv.reader((tmp_path / f"{book.stem}-{name}.csv").open(encoding="utf-8"), delimiter=";"))
        for name in ("Opération PMO Mandataire", "Consommateurs", "Producteurs")
    }
    first = {row[0]: row[1] for row in sheets["Opération PMO Mandataire"]}
    assert first["Dénomination de l'opération d'ACC *"] == "Toits d'Été"
    assert first["Type de répartition"] == "Statique"
    assert [row[:2] for row in sheets["Consommateurs"][1:3]] == [[SCHOOL, ""], ["", "123C45"]]
    assert [row[5].replace(".", ",") for row in sheets["Consommateurs"][1:3]] == ["45,678", "20"]
    assert sheets["Consommateurs"][1][2] == "École du Cœur"
    assert sheets["Producteurs"][1][0] == ROOF
