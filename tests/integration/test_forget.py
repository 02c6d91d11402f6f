"""Who holds a point is forgotten: no file of the home tells it, no total changes, no rebuild brings it back."""

import hashlib
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from energy_pipeline.demo.generate import generate
from tests.forked_runs import Runs, shared

PRM = "30001000100103"
TELLING = (PRM, "Tournoy", "14 allée des Vergers", "client103@courriel.example", "99920103100013", "Armoire 7")
OTHERS = ("Commune de Valsereine", "contact@valsereine.example", "30001000100100")


@dataclass(frozen=True)
class House:
    runs: Runs
    inbox: Path
    home: Path

    def forget(self, *options: str, prm: str = PRM):
        return self.runs.command("forget", prm, "--inbox", self.inbox, "--home", self.home, *options)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("forget")
    inbox, home = folder / "inbox", folder / "home"
    generate(inbox, operations=1, consumers=4, producers=1, months=1)
    (inbox / "consents.csv").write_text(
        "operation_id;prm;role;holder;signed_on;expires_on;withdrawn_on;document\n"
        f"ACC00000101;{PRM};consumer;Mme Élise Tournoy;2025-03-01;;;Armoire 7, dossier Tournoy\n"
        "ACC00000101;30001000100100;consumer;Commune de Valsereine;2025-03-01;;;Armoire 1\n"
    )
    (inbox / f"{PRM}_liste.csv").write_text(f"rien;de;connu\nMme Élise Tournoy;{PRM};x\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("xl/sharedStrings.xml", f"<t>Mme Élise Tournoy</t><t>{PRM}</t>" * 50)
    (inbox / "cassé.xlsx").write_bytes(packed.getvalue())
    runs = shared()
    assert runs.run(inbox, home).code == 3
    (home / "claims_sent.csv").write_text(
        "sent_on;party;supplier;invoice_number;prm;check_name;amount_eur;finding_id;note\n"
        f"2025-12-05;supplier;TotalEnergies;F9;{PRM};over_billed;12,34;0ed84043f9449cb9;dit à Mme Élise Tournoy\n"
    )
    (home / "claims_sent.csv").chmod(0o600)
    return House(runs, inbox, home)


def search(home: Path, words: tuple[str, ...]) -> dict[str, set[str]]:
    """Return which words stand in which files: names, bytes, members of zips, rows of DuckDB, Parquet and SQLite."""
    found: dict[str, set[str]] = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file()):
        texts = [str(path.relative_to(home)), path.read_bytes().decode("utf-8", "replace"), *rows_of(path)]
        if path.suffix in (".xlsx", ".docx") and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as members:
                texts += [members.read(name).decode("utf-8", "replace") for name in members.namelist()]
        if seen := {word for word in words if any(word in text for text in texts)}:
            found[str(path.relative_to(home))] = seen
    return found


def rows_of(path: Path) -> Iterator[str]:
    if path.suffix == ".parquet":
        yield repr(pl.read_parquet(path).select(pl.selectors.string()).unique().rows())
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            texts = connection.execute(
                "SELECT schema_name || '.' || table_name, string_agg(column_name) FROM duckdb_columns() "
                "WHERE NOT internal AND data_type IN ('VARCHAR', 'JSON') GROUP BY ALL"
            ).fetchall()
            for table, columns in texts:
                yield repr(connection.execute(f"SELECT DISTINCT {columns} FROM {table}").fetchall())
    if path.suffix in (".db", ".sqlite3"):
        with closing(sqlite3.connect(path)) as lite:
            for (name,) in lite.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                yield repr(lite.execute(f'SELECT * FROM "{name}"').fetchall())


def marts(home: Path) -> dict[str, list[str]]:
    with duckdb.connect(str(home / "publication" / "energy.duckdb"), read_only=True) as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            name: sorted(map(repr, connection.execute(f"SELECT * FROM marts.{name}").fetchall()))
            for name in names
            if name != "publication"
        }


def totals(home: Path) -> list[tuple]:
    """Return the figures of the operation, and those of its consumers without their numbers."""
    with duckdb.connect(str(home / "publication" / "energy.duckdb"), read_only=True) as connection:
        rows = [
            *connection.execute("SELECT * EXCLUDE (key_source) FROM marts.operation_month").fetchall(),
            *connection.execute(
                "SELECT month, consumption_kwh, self_consumption_kwh, published_consumption_kwh "
                "FROM marts.consumer_month ORDER BY ALL"
            ).fetchall(),
            *connection.execute("SELECT check_name, amount_eur FROM marts.finding ORDER BY ALL").fetchall(),
        ]
    # The order of the points changes that of the sums: their last digits too.
    return [tuple(round(value, 6) if isinstance(value, float) else value for value in row) for row in rows]


def digests(home: Path) -> dict[Path, str]:
    paths = [path for path in home.rglob("*") if path.is_file() and path.name not in ("pseudonyms.key", "run.lock")]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if "dagster" not in path.parts}


def test_a_point_that_nobody_speaks_of_is_said(house: House):
    unknown = house.forget(prm="30001000999999")
    assert unknown.code == 1 and "Aucune ligne" in unknown.said and "Traceback" not in unknown.said
    assert house.forget(prm="3000").code == 2
    assert not (house.home / "forgotten.csv").exists()


def test_what_is_erased_kept_and_to_do_is_listed_and_nothing_changes(house: House):
    before = digests(house.home)
    listed = house.forget()
    assert listed.code == 0, listed.said
    flat = " ".join(listed.said.split())
    assert all(word in flat for word in TELLING[:5]) and "ajouter --erase" in flat
    assert "L123-22" in flat and "article 17.3 e" in flat
    to_mend = listed.said.partition("À corriger")[2].partition("À garder")[0]
    assert "ANNEXE2.12.csv, ligne 5" in to_mend and "consents.csv, ligne 2" in to_mend and "_CDC" not in to_mend
    assert digests(house.home) == before


def test_nothing_in_the_home_tells_who_it_was_and_no_total_changes(house: House):
    told = search(house.home, TELLING)  # the same search does find what is not erased
    assert {word for words in told.values() for word in words} == set(TELLING)
    assert {"warehouse", "publication", "reports", "quarantine"} <= {path.split("/")[0] for path in told}
    assert any("history" in path for path in told)
    before, known = totals(house.home), search(house.home, OTHERS)
    erased = house.forget("--erase")
    assert erased.code == 0 and "Traceback" not in erased.said, erased.said
    assert search(house.home, TELLING) == {}
    assert {word for words in search(house.home, OTHERS).values() for word in words} == set(OTHERS)
    assert any("history" in path for path in search(house.home, OTHERS)) and known
    assert totals(house.home) == before
    [stay] = [row for row in marts(house.home)["participant"] if "Participant effacé" in row]
    assert "'0" in stay
    [claimed] = (house.home / "claims_sent.csv").read_text("utf-8-sig").splitlines()[1:]
    assert re.fullmatch(
        r"2025-12-05;supplier;TotalEnergies;F9;00\d{12};over_billed;12,34;constat-\w{20};dit à Participant effacé",
        claimed,
    )
    for private in ("forgotten.csv", "pseudonyms.key", "claims_sent.csv"):
        assert (house.home / private).stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_of_claims_stops_it_before_anything_is_erased(house: House):
    path = house.home / "claims_sent.csv"
    kept = path.read_bytes()
    path.write_bytes(kept.replace(b"2025-12-05", b"hier"))
    before = digests(house.home)
    refused = house.forget("--erase", prm="30001000100100")
    assert refused.code == 1 and "ligne 2, colonne « sent_on », valeur « hier »" in " ".join(refused.said.split())
    assert digests(house.home) == before
    path.write_bytes(kept)


def test_neither_a_run_nor_a_rebuild_brings_it_back(house: House):
    assert house.forget("--erase").code == 0, "forgotten already: nothing more to erase"
    after = marts(house.home)
    again = house.runs.run(house.inbox, house.home)
    assert again.code == 3 and "Rien de nouveau" in again.said, again.said
    assert house.runs.run(house.inbox, house.home, options="--rebuild").code == 3
    assert search(house.home, TELLING) == {}
    assert marts(house.home) == after


def test_without_its_key_nothing_is_read(house: House):
    key = house.home / "pseudonyms.key"
    kept = key.read_bytes()
    (house.inbox / "nouveau.csv").write_text("rien;de;connu\n")
    for wrong, said in ((None, "manque"), (b"00" * 32 + b"\n", "n'est pas la clé")):
        key.unlink(missing_ok=True)
        if wrong:
            key.write_bytes(wrong)
        refused = house.runs.run(house.inbox, house.home)
        assert refused.code == 1 and said in refused.said and "Traceback" not in refused.said
    key.write_bytes(kept)
    assert house.runs.run(house.inbox, house.home).code == 3
