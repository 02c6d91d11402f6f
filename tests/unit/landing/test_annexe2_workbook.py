"""Annexe 2.1 in the inbox: one file, the operation and its participants; the same as its two csv."""

import io
from datetime import date

import openpyxl
import pytest

from energy_pipeline.formats import annexe2_workbook, annexe2_write
from energy_pipeline.tables import landing as t
from tests.unit.formats.test_write_annexe2 import DECLARED
from tests.unit.landing.deliveries import ACC, House, drop

SENT_ON = date(2025, 10, 1)
BOOK = annexe2_workbook.write(DECLARED, SENT_ON)
CSV = {
    "11": annexe2_write.write_operation(DECLARED, SENT_ON),
    "12": annexe2_write.write_participants(DECLARED, SENT_ON, is_static=True),
}


def house(folder, files: dict[str, bytes]) -> House:
    folder.mkdir()
    made = House(folder, folder.parent / f"quarantine_{folder.name}")
    for path, content in files.items():
        drop(made.inbox, path, content)
    made.land()
    return made


def told(made: House, table: str):
    rows = made.table(table).drop("file_id", *(["line"] if table == "participant" else []))
    return rows.sort(rows.columns).to_dicts()


@pytest.mark.parametrize("name", [f"{ACC}_20251001_ANNEXE2.1.xlsx", f"{ACC}/annexe 20251001.xlsx"])
def test_the_workbook_lands_as_its_two_csv(tmp_path, name):
    from_book = house(tmp_path / "book", {name: BOOK})
    from_csv = house(tmp_path / "csv", {f"{ACC}_20251001_ANNEXE2.{part}.csv": content for part, content in CSV.items()})
    assert from_book.status() == {name: "loaded"}
    file = from_book.file(name)
    assert (file["kind"], file["operation_id"], file["period_start"]) == ("annexe2_operation", ACC, SENT_ON)
    for table in (t.OPERATION.name, t.PARTICIPANT.name):
        assert told(from_book, table) == told(from_csv, table)
    assert from_book.land() == 0


def test_the_workbook_may_be_named_by_its_operation_and_tells_whose_curves_are(tmp_path):
    made = house(
        tmp_path / "inbox",
        {
            f"a_{ACC}/vieux.toml": f'[{ACC}]\nname = "Toits d\'Été"\n'.encode(),
            "b/TOITS D'ETE_20251001_ANNEXE2.1.xlsx": BOOK,
            "c/30001000000101_01112024_01112024_Prod_Energie.csv": b"BASE;1,00;\n",
        },
    )
    assert set(made.status().values()) == {"loaded"}
    assert made.file("c/30001000000101_01112024_01112024_Prod_Energie.csv")["operation_id"] == ACC


def test_a_bad_cell_refuses_the_whole_workbook(tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book["Producteurs"]["A2"] = "3.0E+13"
    buffer = io.BytesIO()
    book.save(buffer)
    path = f"{ACC}_20251001_ANNEXE2.1.xlsx"
    made = house(tmp_path / "inbox", {path: buffer.getvalue()})
    file = made.file(path)
    assert (file["status"], file["reason_line"], file["reason_column"], file["reason_value"]) == (
        "quarantined", 2, "PRM", "3.0E+13",
    )  # fmt: skip
    assert set(made.rows) == {"file", "note"}
