"""What is hidden of files, rows and databases once somebody is forgotten, and what stays."""

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from energy_pipeline import privacy, warehouse
from energy_pipeline.formats.model import BadFile, Note, Reading
from energy_pipeline.landing import hiding
from energy_pipeline.landing.walk import Entry
from energy_pipeline.privacy import erasure, pseudonyms, register
from energy_pipeline.privacy.rewriting import tells_of_holder
from energy_pipeline.settings import Home
from energy_pipeline.tables import ALL_TABLES, PRIVATE_TABLES, marts, schemas
from energy_pipeline.tables import landing as t

PRM, OTHER, HIDDEN = "30001000000011", "30001000000012", "00123456789012"
DAY = date(2026, 1, 15)


def stand_in(prm: str) -> str | None:
    return {PRM: HIDDEN}.get(prm)


def test_a_file_is_known_under_the_stand_in_and_found_under_its_own_name():
    entry = Entry((f"{PRM}/a.zip", f"b/{PRM}_Conso_CDC.csv"), datetime.now(UTC), f"Point {PRM}")
    shown = hiding.entry(entry, stand_in)
    assert shown.path == f"{HIDDEN}/a.zip!b/{HIDDEN}_Conso_CDC.csv" and shown.name == f"{HIDDEN}_Conso_CDC.csv"
    assert shown.own_name == f"{PRM}_Conso_CDC.csv" and shown.chain == entry.chain
    assert shown.subject == f"Point {HIDDEN}"
    other = Entry((f"{OTHER}.csv",), datetime.now(UTC))
    assert hiding.entry(other, stand_in).path == f"{OTHER}.csv"


def test_rows_lose_who_it_is_and_keep_what_was_consumed():
    row = {"prm": PRM, "name": "Mme A", "address": "1 rue B", "email": None, "share": 0.5, "role": "consumer"}
    kept = {"prm": OTHER, "name": "Mme A", "address": "2 rue C", "email": "c@d.example", "share": 0.5}
    read = Reading("annexe2_participants", [row, kept], prm=PRM, notes=(Note(f"doublon de {PRM}", 2, PRM),))
    hidden = hiding.reading(read, stand_in)
    assert hidden.rows == [
        {"prm": HIDDEN, "name": "Participant effacé", "address": None, "email": None, "share": 0.5, "role": "consumer"},
        kept,
    ]
    assert (
        hidden.prm == HIDDEN and hidden.notes[0].message == f"doublon de {HIDDEN}" and hidden.notes[0].value == HIDDEN
    )
    exchange = {"producer_prm": OTHER, "consumer_prm": PRM, "energy_kwh": 3.0}
    assert hiding.reading(Reading("exchange", [exchange]), stand_in).rows == [exchange | {"consumer_prm": HIDDEN}]


def test_a_refused_file_that_names_the_point_is_not_copied():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", f"<t>{PRM}</t>")
    assert b"non recop" in hiding.content(packed.getvalue(), stand_in)
    assert b"non recop" in hiding.content(f"x;{PRM};y".encode(), stand_in)
    for other in (f"x;{OTHER};y".encode(), f"x;9{PRM};y".encode(), b"PK\x03\x04 broken"):
        assert hiding.content(other, stand_in) == other
    told = hiding.refusal(BadFile(f"Point {PRM} inconnu.", 3, "PRM", PRM), stand_in)
    assert (told.reason, told.line, told.value) == (f"Point {HIDDEN} inconnu.", 3, HIDDEN)


def test_columns_that_tell_who_it_is_may_be_emptied():
    """And each text of a row about a point was looked at: a new column must be sorted here or in `hiding`."""
    about = [table for table in t.TABLES if set(hiding.POINTS) & set(table.column_names) and table is not t.FILE]
    free = {
        column.name
        for table in about
        for column in table.columns
        if column.type in ("VARCHAR", "JSON") and not column.allowed
    }
    assert free - {*hiding.POINTS, *hiding.NAMES, *hiding.PERSONAL} == {
        "file_id", "operation_id", "cell", "installation", "sheet", "supplier", "invoice_number", "detail_id",
        "detail_type", "origin_number", "grouping", "chorus_siret", "chorus_service", "chorus_commitment", "pce",
        "segment", "tariff_option", "supply_tariff", "reading_type", "off_peak_hours", "status", "register",
        "delivery_mode", "cancelling_number", "request_id", "request_type", "layout",
    }  # fmt: skip
    assert all(
        column.nullable or column.name in hiding.NAMES
        for table in ALL_TABLES
        for column in table.columns
        if tells_of_holder(table, column)
    )


def test_the_register_holds_no_prm_and_needs_its_key(tmp_path: Path):
    assert register.known(tmp_path) is None
    made = register.add(tmp_path, PRM, DAY)
    assert register.add(tmp_path, PRM, date(2026, 2, 1)) == made and len(made) == 14 and made.startswith("00")
    written = (tmp_path / "forgotten.csv").read_text()
    assert PRM not in written and written.count("\n") == 2 and "2026-01-15" in written
    known = register.known(tmp_path)
    assert known is not None and known(PRM) == made and known(OTHER) is None
    key = (tmp_path / "pseudonyms.key").read_text()
    (tmp_path / "pseudonyms.key").unlink()
    with pytest.raises(privacy.PrivacyError, match="manque"):
        register.known(tmp_path)
    (tmp_path / "pseudonyms.key").write_text("ab" * 32)
    with pytest.raises(privacy.PrivacyError, match="n'est pas la clé"):
        register.known(tmp_path)
    (tmp_path / "pseudonyms.key").write_text(key)
    (tmp_path / "forgotten.csv").write_text("abîmé")
    with pytest.raises(privacy.PrivacyError, match="abîmé"):
        register.known(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which two points have one holder each; both have the same city hall's mail, one shares a name."""
    home = Home(tmp_path / "home").create()
    participants = [
        {"operation_id": "ACC00000001", "prm": prm, "role": "consumer", "valid_from": DAY, "name": name,
         "address": f"{prm[-2:]} rue des Lilas", "email": "mairie@exemple.invalid", "role_source": "annexe2"}
        for prm, name in ((PRM, 'M. "Zoé" L\'Été'), (OTHER, "Mme Autre"))
    ]  # fmt: skip
    finding = {
        "finding_id": "f", "check_name": "file_note", "severity": "info", "party": "organiser", "prm": None,
        "message": f'M. "Zoé" L\'Été ({PRM}) et Mme Autre', "amount_eur": None,
        "evidence": json.dumps([{"file": f"{PRM}.csv", "value": 'M. "Zoé" L\'Été'}]),
    }  # fmt: skip
    history = home.publication.parent / "history"
    history.mkdir()
    for path, tables in ((home.warehouse, PRIVATE_TABLES), (history / "energy_1.duckdb", marts.TABLES)):
        with warehouse.connect(path) as connection:
            warehouse.create(connection, tables)
            warehouse.insert(connection, marts.PARTICIPANT, schemas.frame(marts.PARTICIPANT, participants))
            warehouse.insert(connection, marts.FINDING, schemas.frame(marts.FINDING, [finding]))
            if path == home.warehouse:
                row = {"file_id": "x", "line": 3, "prm": PRM, "holder": 'M. "Zoé" L\'Été', "signed_on": DAY}
                warehouse.insert(connection, t.CONSENT, schemas.frame(t.CONSENT, [row]))
    (home.quarantine / f"{PRM}.csv").write_text('M. "Zoé" L\'Été')
    (home.quarantine / "autre.csv").write_text("Mme Autre")
    with closing(sqlite3.connect(home.dagster / "runs.db")) as runs:
        runs.execute("CREATE TABLE event_logs (event TEXT)")
        runs.execute("INSERT INTO event_logs VALUES (?)", [json.dumps({"m": f'M. "Zoé" L\'Été {PRM}'})])
        runs.commit()
    return home


def told(home: Home) -> str:
    """Return every byte and every text of the home."""
    texts = []
    for path in (path for path in home.root.rglob("*") if path.is_file()):
        texts += [str(path.relative_to(home.root)), path.read_bytes().decode("utf-8", "replace")]
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for mart in ("participant", "finding"):
                    texts.append(repr(connection.execute(f"SELECT * FROM marts.{mart}").fetchall()))
    return "\n".join(texts)


def test_everything_is_rewritten_and_the_others_stay(home: Home):
    held = privacy.find(home, PRM)
    assert held.words.own == {'M. "Zoé" L\'Été', "11 rue des Lilas"} and held.words.shared == {"mairie@exemple.invalid"}
    assert held.stays == (("ACC00000001", "consumer", DAY, None),) and held.rows == {"consent": 1}
    block = warehouse_block(home)
    privacy.erase(home, held, DAY)
    seen = told(home)
    assert "Zo" not in seen and PRM not in seen and "11 rue" not in seen
    assert "Mme Autre" in seen and "mairie@exemple.invalid" in seen and "12 rue des Lilas" in seen
    assert held.words.stand_in in seen and warehouse_block(home) == block
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute("SELECT prm, name, address, email FROM marts.participant ORDER BY prm").fetchall()
        [[evidence]] = connection.execute("SELECT evidence FROM marts.finding").fetchall()
    assert rows == [
        (held.words.stand_in, "Participant effacé", None, None),
        (OTHER, "Mme Autre", "12 rue des Lilas", "mairie@exemple.invalid"),
    ]
    assert json.loads(evidence) == [{"file": f"{held.words.stand_in}.csv", "value": "Participant effacé"}]
    assert privacy.remaining(home, held.words) == []


def warehouse_block(home: Home) -> int:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()[0][0]


def test_cut_short_anywhere_the_same_command_ends_the_work(home: Home, monkeypatch):
    real, calls = erasure.rewrite, []

    def cut(path: Path, *rest: object, **more: object) -> None:
        calls.append(path)
        if path == home.warehouse and len(calls) < 3:
            raise OSError("No space left on device")
        real(path, *rest, **more)

    monkeypatch.setattr(erasure, "rewrite", cut)
    with pytest.raises(OSError, match="space"):
        privacy.erase(home, privacy.find(home, PRM), DAY)
    assert PRM in told(home), "the private warehouse comes last, and still tells"
    privacy.erase(home, privacy.find(home, PRM), DAY)
    assert "Zo" not in told(home) and PRM not in told(home)


def test_a_page_of_ours_that_still_tells_is_named(home: Home):
    held = privacy.find(home, PRM)
    page = home.reports / "ancien.html"
    page.write_text("<p>M. &#34;Zoé&#34; L&#39;Été</p>")
    assert page in privacy.remaining(home, held.words)
    assert pseudonyms.stand_in(pseudonyms.read_key(home.root), PRM) == held.words.stand_in
