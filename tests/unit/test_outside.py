"""What comes from outside is said in French, by every command, with the path; never as a traceback."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline import warehouse
from energy_pipeline.cli import app
from energy_pipeline.cli.outside import clear_outside_errors
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts


def said(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit), "no traceback"
    return result.stderr


def test_a_folder_under_a_file_is_no_place_to_write(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("à faire")
    assert "notes.txt" in said("demo", "--out", tmp_path / "notes.txt" / "boite")
    assert "n'est pas un dossier" in said("demo", "--out", tmp_path / "notes.txt" / "boite")


def test_a_name_that_no_disk_takes(tmp_path: Path):
    assert said("demo", "--out", tmp_path / ("x" * 300)).endswith("nom trop long.\n")


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (PermissionError(13, "Permission denied", "/srv/inbox_anomalies.csv"),
         "/srv/inbox_anomalies.csv : droits insuffisants.\n"),
        (OSError(28, "No space left on device"), "Plus de place sur le disque.\n"),
        (OSError(30, "Read-only file system", "/mnt/a"), "/mnt/a : ce disque est en lecture seule.\n"),
        (OSError(5, "Input/output error", "/mnt/a"), "/mnt/a : Input/output error.\n"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_in_french(refusal: OSError, message: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(typer.Exit) as ended, clear_outside_errors():
        raise refusal
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == message


def test_the_publication_of_another_release(tmp_path: Path):
    home = Home(tmp_path).create()
    with warehouse.connect(home.publication) as connection:
        warehouse.create(connection, marts.TABLES)
        connection.execute("ALTER TABLE marts.finding DROP COLUMN amount_eur")
    told = said("claims", "--home", home.root)
    assert "Si elle date d'une autre version du programme, « energy-pipeline run » la refait." in told
    assert "amount_eur" in told


def test_what_names_no_file_is_not_hidden():
    with pytest.raises(BrokenPipeError), clear_outside_errors():
        raise BrokenPipeError(32, "Broken pipe")
