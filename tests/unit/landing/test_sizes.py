"""Files out of measure are refused before they take the memory; rows of one key refuse their file only."""

import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from energy_pipeline.formats.model import Reading
from energy_pipeline.landing import archives, limits
from tests.unit.landing.deliveries import ACC, CURVE, House

MEGABYTE = 1 << 20


def hollow(path: Path, megabytes: int) -> None:
    """Make a file that takes no room on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        os.truncate(file.fileno(), megabytes * MEGABYTE)


def test_a_file_out_of_measure_is_refused_and_never_read(tmp_path: Path):
    hollow(tmp_path / "inbox" / ACC / CURVE, 300)
    hollow(tmp_path / "inbox" / "mail.eml", 300)
    with zipfile.ZipFile(tmp_path / "inbox" / f"{ACC}.zip", "w", zipfile.ZIP_DEFLATED) as archive, \
            archive.open("grand.csv", "w") as member:  # fmt: skip
        for _ in range(300):
            member.write(os.urandom(MEGABYTE // 64) * 64)
    house = House(tmp_path / "inbox", tmp_path / "quarantine")
    tracemalloc.start()
    house.land()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(house.status()) == {f"{ACC}/{CURVE}", f"{ACC}.zip", "mail.eml"}
    assert set(house.status().values()) == {"quarantined"}
    assert all("démesuré" in reason for reason in house.files["reason"])
    assert peak < 50 * MEGABYTE, peak


@pytest.mark.parametrize(("limit", "status"), [(24, "quarantined"), (10_000, "loaded")])
def test_the_limit_is_that_of_the_file_itself(tmp_path: Path, monkeypatch, limit: int, status: str):
    from energy_pipeline.landing import walk
    from tests.unit.landing.deliveries import curve, drop

    monkeypatch.setattr(walk, "MAX_MEMBER_BYTES", limit)
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", limit)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(CURVE.replace("Conso", "Autoconso"), curve(3))
    (tmp_path / "inbox").mkdir()
    drop(tmp_path / "inbox", f"{ACC}/{CURVE}", curve(), "2024-11-08T12:00:00+01:00")
    drop(tmp_path / "inbox", f"{ACC}/export.zip", packed.getvalue(), "2024-11-08T12:00:00+01:00")
    house = House(tmp_path / "inbox", tmp_path / "quarantine")
    house.land()
    assert set(house.status().values()) == {status}


def test_two_sheets_of_one_name_refuse_their_workbook_and_nothing_else(tmp_path: Path):
    """Found by the fuzz: the rows of both had one key, and the whole landing failed on it."""
    from tests.fuzz import supplier_exports

    sound = supplier_exports()["edf_invoices_sites_2023.xlsx"]
    twice = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound)) as old, zipfile.ZipFile(twice, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/workbook.xml":
                start, end = content.index(b"<sheet "), content.index(b"</sheets>")
                content = content[:end] + content[start:end] + content[end:]
            new.writestr(name, content)
    for name, content in (("bon", sound), ("double", twice.getvalue())):
        (tmp_path / "inbox" / name).mkdir(parents=True)
        (tmp_path / "inbox" / name / f"{name}_2023.xlsx").write_bytes(content)
    house = House(tmp_path / "inbox", tmp_path / "quarantine")
    house.land()
    assert house.status() == {"bon/bon_2023.xlsx": "loaded", "double/double_2023.xlsx": "quarantined"}
    assert "deux feuilles de même nom" in house.file("double/double_2023.xlsx")["reason"]


def test_rows_of_a_table_without_a_key_may_be_alike():
    limits.check(Reading("synthesis", [{"value_kwh": 1.0}, {"value_kwh": 1.0}]))
