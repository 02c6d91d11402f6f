"""Files out of measure are refused before they take the memory: loose, mailed, or in an archive."""

import io
import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from energy_pipeline.landing import archives
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
