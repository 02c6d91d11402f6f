"""Publications that are kept: which, for how long, how they are found, what changed between two."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline import mail, warehouse
from energy_pipeline.cli import history as commands
from energy_pipeline.cli.query import sql
from energy_pipeline.history import HistoryError, Retention, at, compare, instant, keep, kept, retention
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from tests import publications

OPERATION = "ACC00000042"
PERIOD = publications.period(date(2025, 5, 1), date(2025, 5, 31), OPERATION)
MONTH = {**PERIOD, "key_type_used": "static", "steps_expected": 100, "steps_estimated": 0, "steps_missing": 0}
TWELVE = Retention()
JUNE = datetime(2025, 6, 10, 8, 0, tzinfo=UTC)


def finding(number: int, **changes: object) -> dict[str, object]:
    return {
        "finding_id": f"{number:016x}", "check_name": "over_billed", "severity": "error", "party": "supplier",
        **PERIOD, "amount_eur": Decimal("10.00"), "message": "Trop facturé.", **changes,
    }  # fmt: skip


def publish(home: Home, published_at: datetime, rule: Retention = TWELVE, **tables: list) -> Path:
    """Write a publication as the pipeline does, and keep it."""
    home.publication.unlink(missing_ok=True)
    about = {"run_id": f"run {published_at:%d}", "published_at": published_at, "pipeline_version": "0.1.0",
             "duckdb_version": duckdb.__version__}  # fmt: skip
    rows = {getattr(marts, name.upper()): content for name, content in tables.items()}
    publications.write(home.publication, {marts.PUBLICATION: [about], **rows})
    return keep(home, rule)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).create()


def test_a_publication_is_kept_without_its_largest_marts(home):
    row = {**PERIOD, "prm": "30001000000011", "role": "consumer", "step_start": JUNE, "step_minutes": 15,
           "quality": "measured"}  # fmt: skip
    path = publish(home, JUNE, operation_month=[MONTH], curve=[row])
    with warehouse.connect(path, read_only=True) as connection:
        assert warehouse.query(connection, "SELECT count(*) AS n FROM marts.operation_month")["n"].item() == 1
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        comments = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE comment IS NOT NULL").fetchall()
    assert "curve" not in tables and "bill_check" not in tables and "finding" in tables
    assert comments[0][0] > 100
    assert path.stat().st_mode & 0o777 == 0o640 and path.parent.stat().st_mode & 0o777 == 0o750


def test_the_latest_are_kept_and_the_last_of_each_month(home):
    days = [JUNE + timedelta(days=days) for days in (0, 10, 20, 30, 40, 50, 60)]
    for day in days:
        publish(home, day, Retention(publications=2, months=3))
    standing = [one.published_at for one in kept(home) if one.path]
    # 10, 20, 30 June; 10, 20, 30 July; 9 August: the last two, and the last of June, July, August.
    assert standing == [days[2], days[5], days[6]]
    assert [one.published_at for one in kept(home)] == days


def test_what_a_killed_process_left_is_removed(home):
    folder = publish(home, JUNE).parent
    left = folder / "energy_20250601T080000.000000Z.tmp"
    for path in (left, left.with_name(f"{left.name}.wal")):
        path.write_bytes(b"half")
    publish(home, JUNE + timedelta(days=1))
    assert sorted(path.name for path in folder.iterdir()) == [
        "energy_20250610T080000.000000Z.duckdb", "energy_20250611T080000.000000Z.duckdb", "publications.csv",
    ]  # fmt: skip


def test_keeping_again_changes_nothing(home):
    path = publish(home, JUNE)
    before = path.stat().st_mtime_ns
    assert keep(home, Retention()) == path
    assert path.stat().st_mtime_ns == before
    assert len(kept(home)) == 1


def test_the_publication_of_a_moment_is_the_last_one_before(home):
    publish(home, JUNE)
    publish(home, JUNE + timedelta(days=2))
    assert at(home, instant("2025-06-10")).published_at == JUNE
    assert at(home, instant("2025-06-11")).published_at == JUNE
    assert at(home, instant("2025-06-12")).published_at == JUNE + timedelta(days=2)
    # 8:00 UTC is 10:00 in Paris.
    assert at(home, instant("2025-06-10T10:00")).published_at == JUNE
    with pytest.raises(HistoryError, match=r"La première est du 10/06/2025 à 10:00"):
        at(home, instant("2025-06-10T09:59"))


def test_a_publication_that_is_gone_is_said_so_and_the_nearest_named(home):
    for days in (0, 1, 2):
        publish(home, JUNE + timedelta(days=days), Retention(publications=1, months=0))
    with pytest.raises(HistoryError, match=r"du 11/06/2025 à 10:00, n'est plus conservée.* 12/06/2025"):
        at(home, instant("2025-06-11"))


@pytest.mark.parametrize("text", ["juin", "10/06/2025", "2025-06"])
def test_a_moment_written_otherwise_is_refused(text):
    with pytest.raises(HistoryError, match="AAAA-MM-JJ"):
        instant(text)


def test_how_many_are_kept_is_a_setting(tmp_path):
    assert retention(tmp_path) == Retention(12, 12)
    (tmp_path / "history.toml").write_text("publications = 3\nmonths = 24\n")
    assert retention(tmp_path) == Retention(3, 24)
    for wrong in ("publications = -1", "publications = true", "kept = 3", "publications = "):
        (tmp_path / "history.toml").write_text(wrong)
        with pytest.raises(HistoryError, match=r"history\.toml"):
            retention(tmp_path)


@pytest.fixture
def two(home) -> Home:
    before = [{**MONTH, "self_consumption_kwh": 500.0, "surplus_kwh": 80.0}]
    after = [{**MONTH, "self_consumption_kwh": 520.0, "surplus_kwh": 80.0 + 1e-9, "key_type_used": "default"}]
    publish(home, JUNE, operation_month=before, finding=[finding(1), finding(2), finding(4)])
    more = finding(2, amount_eur=Decimal("12.50"), message="Plus encore.")
    publish(home, JUNE + timedelta(days=30), operation_month=after, finding=[finding(1), more, finding(3)])
    return home


def test_figures_and_findings_that_changed_are_told_and_no_others(two):
    past = at(two, instant("2025-06-10")).path
    assert past is not None
    changes = compare(past, two.publication)
    assert [(change.figure, change.before, change.after) for change in changes.figures] == [
        ("key_type_used", "static", "default"),
        ("self_consumption_kwh", 500.0, 520.0),
    ]
    told = {(change.change, int(change.finding_id, 16)): change for change in changes.findings}
    assert set(told) == {("appeared", 3), ("changed", 2), ("disappeared", 4)}
    assert told["changed", 2].changed == ("amount_eur", "message")
    assert told["changed", 2].message_before == "Trop facturé."
    assert (told["changed", 2].amount_before_eur, told["changed", 2].amount_after_eur) == (
        Decimal("10.00"), Decimal("12.50"),
    )  # fmt: skip


def test_a_period_that_is_new_or_gone_shows_its_figures_once(home):
    first = publish(home, JUNE, operation_month=[{**MONTH, "surplus_kwh": 80.0}])
    second = publish(home, JUNE + timedelta(days=1), operation_month=[])
    assert {(change.figure, change.before, change.after) for change in compare(first, second).figures} >= {
        ("surplus_kwh", 80.0, None)
    }
    assert all(change.before is None for change in compare(second, first).figures)


def test_one_operation_alone(two):
    past = at(two, instant("2025-06-10")).path
    assert past is not None
    changes = compare(past, two.publication, "ACC00000099")
    assert changes.figures == () and changes.findings == ()


@pytest.fixture
def run():
    app = typer.Typer()
    for name, command in (("history", commands.history), ("compare", commands.compare), ("sql", sql)):
        app.command(name)(command)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def test_the_commands_list_and_compare_in_french(run, two):
    listed = run("history", "--home", two.root).output
    assert "10/06/2025 à 10:00" in listed and "10/07/2025 à 10:00" in listed
    shown = run("compare", "--home", two.root, "--from", "2025-06-10").output
    assert "De la publication du 10/06/2025 10:00 à celle du 10/07/2025 10:00" in shown
    for words in ("Électricité", "autoconsommée", "+20", "Constats apparus : 1", "Constats disparus : 1", "12,50"):
        assert words in shown
    same = run("compare", "--home", two.root, "--from", "2025-06-10", "--to", "2025-06-12").output
    assert "Rien n'a changé" in same


def test_what_was_known_when_the_report_was_sent(run, two, monkeypatch):
    monkeypatch.setattr(mail, "sent_at", lambda home, month: {date(2025, 5, 1): JUNE + timedelta(hours=1)}.get(month))
    shown = run("compare", "--home", two.root, "--report", "2025-05")
    assert "Dernier envoi du rapport de 2025-05" in shown.output and "Constats apparus : 1" in shown.output
    never = run("compare", "--home", two.root, "--report", "2025-04")
    assert never.exit_code == 1 and "Aucun rapport de 2025-04" in never.output


def test_sql_reads_a_publication_of_the_past(run, two):
    query = "SELECT self_consumption_kwh FROM operation_month"
    assert "500" in run("sql", query, "--home", two.root, "--at", "2025-06-20").output
    assert "520" in run("sql", query, "--home", two.root).output


@pytest.mark.parametrize("words", [("compare",), ("compare", "--from", "2025-06-10", "--report", "2025-05"),
                                   ("compare", "--from", "hier"), ("history",)])  # fmt: skip
def test_the_commands_fail_clearly(run, home, words):
    failed = run(*words, "--home", home.root)
    assert failed.exit_code == 1 and failed.output.strip() and failed.exception.__class__ is SystemExit
