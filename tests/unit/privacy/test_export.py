"""Nothing that tells who somebody is leaves under pseudonyms, and everything can still be joined."""

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from energy_pipeline import privacy, warehouse
from energy_pipeline.privacy.export import KEPT, KINDS, is_plain
from energy_pipeline.tables import marts
from energy_pipeline.tables.model import Column

SECRETS = ("30001", "Mairie", "chemin", "exemple.fr", "Camille", "F-2025", "21010004300016")
MARTS = [table for table in marts.TABLES if table is not marts.PUBLICATION]
TEXT = {
    "prm": "30001000100100", "consumer_prm": "30001000100100", "producer_prm": "30001000190000",
    "site_id": "30001000100100", "pce": "GI300010", "name": "Mairie de Ville", "address": "1 chemin du Moulin",
    "email": "camille@exemple.fr", "siret_rna": "21010004300016", "organiser_siret_rna": "21010004300016",
    "organiser": "Mairie de Ville", "holder": "Camille Essai", "invoice_number": "F-2025-1",
}  # fmt: skip


def value(column: Column) -> object:
    if column.allowed:
        return column.allowed[0]
    if column.name == "operation_id":
        return "ACC00000101"
    if column.type == "JSON":
        return '{"qui": "Camille Essai", "prm": "30001000100100"}'
    return TEXT.get(column.name, "Camille Essai, 30001000100100, camille@exemple.fr, F-2025-1")


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    """A row in every mart but that about the publication itself, each free text of which tells who somebody is."""
    path = tmp_path / "energy.duckdb"
    with warehouse.connect(path) as connection:
        warehouse.create(connection, marts.TABLES)
        for table in MARTS:
            connection.execute(f"CREATE OR REPLACE TABLE {table.qualified_name} AS FROM {table.qualified_name}")
            row = {c.name: value(c) for c in table.columns if c.type in ("VARCHAR", "JSON") and c.name not in SAFE}
            made = pl.DataFrame([row]).to_arrow()
            connection.register("made", made)
            connection.execute(f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM made")
    return path


SAFE = KEPT - {"operation_id"}


def content(folder: Path) -> str:
    return "\n".join(repr(pl.read_parquet(path).rows()) for path in sorted(folder.glob("*.parquet"))) + "".join(
        path.read_bytes().decode("latin-1") for path in sorted(folder.glob("*.parquet"))
    )


def test_no_name_point_address_mail_or_invoice_leaves(publication: Path, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    rows = privacy.export(publication, tmp_path / "out", privacy.read_key(home))
    assert set(rows) == {table.name for table in marts.TABLES} and all(rows[table.name] == 1 for table in MARTS)
    seen = content(tmp_path / "out")
    assert not [word for word in SECRETS if word in seen]
    assert "ACC00000101" in seen
    clear = publication.read_bytes().decode("latin-1")
    assert "30001000100100" in clear  # the same search does find what is not hidden


def test_pseudonyms_join_and_are_stable_for_a_key_only(publication: Path, tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    key, other = privacy.read_key(tmp_path / "a"), privacy.read_key(tmp_path / "b")
    assert key != other and privacy.read_key(tmp_path / "a") == key
    assert (tmp_path / "a" / "pseudonyms.key").stat().st_mode & 0o777 == 0o600
    points = []
    for number, used in enumerate((key, key, other)):
        out = tmp_path / f"out{number}"
        privacy.export(publication, out, used)
        joined = duckdb.sql(
            f"""SELECT consumer_month.prm FROM '{out}/consumer_month.parquet' AS consumer_month
            JOIN '{out}/exchange_month.parquet' AS exchange_month ON consumer_month.prm = exchange_month.consumer_prm
            JOIN '{out}/site.parquet' AS site ON site.site_id = consumer_month.prm"""
        ).fetchall()
        assert len(joined) == 1 and re.fullmatch(r"point-[0-9a-f]{20}", joined[0][0])
        points.append(joined[0][0])
    assert points[0] == points[1] != points[2]


def test_every_column_of_free_text_is_hidden_unless_it_is_named():
    free = {column.name for table in marts.TABLES for column in table.columns if not is_plain(column)}
    assert not KEPT & set(KINDS)
    assert KEPT | set(KINDS) <= free, "a name that no mart has any more"
    assert {"message", "evidence", "path", "recipients", "settings", "document", "description"} <= free - KEPT - set(
        KINDS
    )


def test_a_key_that_is_none_is_said(tmp_path: Path):
    (tmp_path / "pseudonyms.key").write_text("pas une clé")
    with pytest.raises(privacy.PrivacyError, match="n'est pas une clé"):
        privacy.read_key(tmp_path)
