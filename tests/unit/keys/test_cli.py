"""`keys propose`, `export` and `check` on a small publication made by hand."""

import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from energy_pipeline import warehouse
from energy_pipeline.cli.keys import app
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts, schemas

ACC = "ACC00000001"
ONE, TWO, ABSENT, SUN = "30001000000011", "30001000000022", "30001000000033", "30001000000099"
DAYS = (date(2025, 10, 25), date(2025, 10, 26))
FIRST = datetime(2025, 10, 24, 22, 0, tzinfo=UTC)
STEPS = 196
PERIOD = {"operation_id": ACC, "period_start": DAYS[0], "period_end": DAYS[1], "month": date(2025, 10, 1)}


def curves():
    """All constant: ONE 400 W, TWO 800 W, the sun 600 W, shared by halves."""
    for prm, role, values in (
        (ONE, "consumer", {"consumption_w": 400.0, "self_consumption_w": 300.0}),
        (TWO, "consumer", {"consumption_w": 800.0, "self_consumption_w": 300.0}),
        (SUN, "producer", {"production_w": 600.0, "self_consumption_w": 600.0}),
    ):
        for step in range(STEPS):
            at = {"step_start": FIRST + timedelta(minutes=15 * step), "step_minutes": 15, "quality": "measured"}
            yield PERIOD | {"prm": prm, "role": role} | at | values


def stays():
    since = {"valid_from": date(2025, 1, 1), "role_source": "annexe2", "operation_id": ACC}
    who = {"address": "1 rue des Écoles", "siret_rna": "99900101900010"}
    for prm, name in ((ONE, "École"), (TWO, "Mairie"), (ABSENT, "Stade")):
        yield since | who | {"prm": prm, "role": "consumer", "name": name}
    yield since | who | {"prm": SUN, "role": "producer", "name": "Commune", "power_kw": 9.0}


def price(line, name, value, prm=None):
    return {
        "file_id": "f", "line": line, "price": name, "value": Decimal(value), "prm": prm,
        "valid_from": date(2025, 1, 1), "received_at": FIRST, "path": "prices.csv",
    }  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    root = tmp_path_factory.mktemp("home")
    publication = Home(root).create().publication
    rows = {
        marts.OPERATION_MONTH: [
            PERIOD | {"key_type_used": "static", "steps_expected": 3 * STEPS, "steps_estimated": 0, "steps_missing": 0}
        ],
        marts.OPERATION: [{"operation_id": ACC, "key_type": "static"}],
        marts.CURVE: list(curves()),
        marts.PARTICIPANT: list(stays()),
        marts.DISTRIBUTION_KEY: [
            {
                "operation_id": ACC, "consumer_prm": prm, "valid_from": date(2025, 1, 1), "key_type": "static",
                "share": Decimal("0.5"), "source_file": "a",
            }
            for prm in (ONE, TWO)
        ],
        marts.PRICE: [
            price(2, "avoided_price", "0.16"), price(3, "avoided_price", "0.20", TWO), price(4, "local_price", "0.10"),
            price(5, "surplus_price", "0.04"),
        ],
        marts.DEADLINE: [
            {
                "operation_id": ACC, "kind": "dynamic_keys", "party": "organiser", "due_on": date(2025, 10, 31),
                "period_start": DAYS[0], "period_end": DAYS[1], "title": "t", "description": "d", "article": "§4.4.1",
            }
        ],
    }  # fmt: skip
    with warehouse.connect(publication) as connection:
        warehouse.create(connection, marts.TABLES)
        for table, lines in rows.items():
            warehouse.insert(connection, table, schemas.frame(table, lines))
    return root


def run(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    return result.exit_code, result.output


def propose(home, *options):
    return run("propose", "--home", home, "--operation", ACC, *options)


def line_of(output, start):
    return [cell.strip() for cell in next(each for each in output.splitlines() if f" {start} " in each).split("│")][
        1:-1
    ]


def test_propose_prints_what_each_would_get(home):
    """49 hours: ONE consumes 19,6 kWh and has 14,7 × (0,16 − 0,10) €; all to TWO: 29,4 kWh × (0,20 − 0,10) €."""
    code, output = propose(home, "--objective", "euros")
    assert code == 0, output
    assert "du 25/10/2025 au 26/10/2025" in output
    assert line_of(output, ONE) == [ONE, "École", "0,00", "20", "15", "10", "0", "0,88", "0,59", "0,00"]
    assert line_of(output, TWO) == [TWO, "Mairie", "100,00", "39", "15", "20", "29", "1,47", "1,96", "2,94"]
    assert line_of(output, SUN)[3:] == ["29", "29", "29", "29", "2,94", "2,94", "2,94"]
    assert line_of(output, "Ensemble")[-3:] == ["5,29", "5,49", "5,88"]


def test_the_site_is_named_before_its_holder(home, tmp_path):
    copy = Home(tmp_path).create().publication
    shutil.copy(Home(home).publication, copy)
    site = {"site_id": ONE, "prm": ONE, "fluid": "electricity", "supplier": "TotalEnergies", "name": "Groupe scolaire"}
    with warehouse.connect(copy) as connection:
        warehouse.insert(connection, marts.SITE, schemas.frame(marts.SITE, [site]))
    code, output = propose(tmp_path)
    assert code == 0, output
    lines = output.splitlines()
    [row] = [position for position, line in enumerate(lines) if f" {ONE} " in line]
    assert line_of(output, ONE)[1] == "Groupe scolaire"
    assert lines[row + 1].split("│")[2].strip() == "École"
    assert line_of(output, TWO)[1] == "Mairie"


def test_a_static_key_from_a_single_month_is_warned_of(home, tmp_path):
    warning = "clé permanente calculée sur un seul mois"
    assert warning in propose(home)[1]
    assert warning not in propose(home, "--objective", "euros")[1]
    assert warning in run("export", "--home", home, "--operation", ACC, "--out", tmp_path)[1]


def test_what_if_changes_the_participants(home):
    code, output = propose(home, "--remove", TWO, "--like", ONE, "--scale", 0.5, "--roof-kwc", 3)
    assert code == 0, output
    assert f" {TWO} " not in output
    assert line_of(output, f"comme {ONE}")[3] == "10"
    assert "toiture ajoutée" in output


def test_a_curve_file_may_join(home, tmp_path):
    file = tmp_path / "30001000000044_25102025_26102025_Conso_CDC.csv"
    hours = [f"25/10/2025 {hour:02d}:00" for hour in range(24)]
    hours += [f"26/10/2025 {hour:02d}:00" for hour in (0, 1, 2, 2, *range(3, 24))]
    file.write_text("".join(f"{hour};100;100;100;100;\n" for hour in hours))
    code, output = propose(home, "--add", file, "--scale", 10)
    assert code == 0, output
    assert line_of(output, "30001000000044")[3] == "49"


def test_export_writes_a_file_that_conforms_with_every_consumer_of_the_perimeter(home, tmp_path):
    code, output = run("export", "--home", home, "--operation", ACC, "--objective", "default", "--out", tmp_path)
    assert code == 0, output
    assert "31/10/2025" in output
    file = tmp_path / f"{ACC}_15_25102025_26102025.txt"
    lines = file.read_text().splitlines()
    assert lines[:2] == [f"Horodate;{ONE};{TWO};{ABSENT}", "25/10/2025 00:00;33,33;66,67;0,00"]
    assert len(lines) == 1 + STEPS
    code, output = run("check", file, "--home", home)
    assert code == 0, output
    assert "conforme : 3" in output

    file.write_text(file.read_text().replace("66,67", "66,68", 1))
    code, output = run("check", file, "--home", home)
    assert code == 1
    assert "100,01" in output
    assert "ligne 2" in output
    assert "Ne pas envoyer" in output


def test_check_knows_the_period_and_the_perimeter(home, tmp_path):
    file = tmp_path / f"{ACC}_15_26102025_26102025.txt"
    file.write_text(f"Horodate;{ONE}\n26/10/2025 00:00;50,81\n")
    code, output = run("check", file, "--home", home)
    assert code == 1
    for words in ("15_25102025_26102025.txt attendu", "Il manque 96 pas", TWO, ABSENT):
        assert words in output


def test_export_of_a_static_key_is_an_annexe_2_12(home, tmp_path):
    code, output = run(
        "export", "--home", home, "--operation", ACC, "--objective", "static-euros", "--out", tmp_path,
        "--date", "2025-11-03",
    )  # fmt: skip
    assert code == 0, output
    for mandatory in ("MAIL", "INSTALLATION"):
        assert f"À compléter avant l'envoi — {mandatory} de PROD {SUN}" in output
    content = (tmp_path / f"{ACC}_20251103_ANNEXE2.12.csv").read_bytes().decode("iso-8859-1")
    assert f"CONS;{ONE};;École;1 rue des Écoles;99900101900010;0,00;;;" in content
    assert f"CONS;{TWO};;Mairie;1 rue des Écoles;99900101900010;100,00;;;" in content
    assert f"CONS;{ABSENT};;Stade;1 rue des Écoles;99900101900010;0,00;;;" in content


def test_the_share_of_a_leaver_is_not_sent_and_that_is_said(home, tmp_path):
    left = tmp_path / "home"
    shutil.copytree(home, left, symlinks=True)
    with warehouse.connect(Home(left).publication) as connection:
        connection.execute("UPDATE marts.participant SET valid_to = DATE '2025-11-01' WHERE prm = ?", [TWO])
    code, output = run(
        "export", "--home", left, "--operation", ACC, "--objective", "static-euros", "--out", tmp_path,
        "--date", "2025-11-03",
    )  # fmt: skip
    assert code == 0, output
    assert f"Sortis du périmètre, donc sans clé dans ce fichier : {TWO}." in output
    assert TWO not in (tmp_path / f"{ACC}_20251103_ANNEXE2.12.csv").read_text("iso-8859-1")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--operation", "ACC00000009"], "aucune période"),
        (["--operation", ACC, "--month", "2024-01"], "jours demandés"),
        (["--operation", ACC, "--objective", "priority"], "--priority"),
        (["--operation", ACC, "--remove", ABSENT], "ne participe pas"),
        (["--operation", ACC, "--remove", TWO, "--out", "x"], "ne s'écrit pas"),
        (["--operation", ACC, "--roof-kwc", "3", "--tilt", "120"], "inclinaison"),
    ],
)
def test_what_cannot_be_done_is_said(home, options, words):
    code, output = run("propose", "--home", home, *options)
    assert code == 1
    assert words in output
