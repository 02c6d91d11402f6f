"""Every reader against damaged files: read whole or refused with a reason, quickly, never a traceback.

`FUZZ_CASES=20000 pytest tests/property/test_fuzz_landing.py` tries more than the few hundred of every day.
"""

import os
import random
import time
from collections import Counter
from pathlib import Path

import duckdb
import polars as pl
import pytest

from energy_pipeline import landing, warehouse
from energy_pipeline.demo.generate import generate
from energy_pipeline.formats.supplier_layout import supplier_layouts
from energy_pipeline.settings import REFERENCE
from energy_pipeline.tables import landing as t
from energy_pipeline.tables import schemas
from tests.damage import damage, files_under
from tests.unit.formats import supplier_files

CASES = int(os.environ.get("FUZZ_CASES", "400"))
SEED = int(os.environ.get("FUZZ_SEED", "2026"))
BATCH = 50
GOLDEN = Path(__file__).parent.parent / "golden" / "ACC00000007_01112024_01112024"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Sound files of every kind: name -> content; curves are those of one day."""
    inbox = tmp_path_factory.mktemp("sound") / "inbox"
    generate(inbox, operations=3, consumers=2, producers=1, months=1)
    files = {path: content for path, content in files_under(inbox).items() if len(content) < 60_000}
    named = {Path(path).name: content for path, content in files.items() if "_CDC" not in path and "!" not in path}
    named |= files_under(GOLDEN)
    named |= {path.name.replace(".example", ""): path.read_bytes() for path in REFERENCE.glob("*.example.csv")}
    named |= supplier_exports()
    return named


SAMPLES = {
    "text": "Mairie", "id": "30001000100100", "prm": "30001000100100", "date": "05/09/2025",
    "moment": "05/09/2025 10:00", "end_date": "30/09/2025", "money": "12,50", "price": "0,123456", "number": "1 234,5",
    "count": "2", "positive": "36", "post_code": "01000",
}  # fmt: skip


def supplier_exports() -> dict[str, bytes]:
    """Return an export of each layout of the suppliers, as csv and as a workbook, with its own labels."""
    exports = {}
    for layout in supplier_layouts():
        header = [one.label for one in layout.table.fields]
        cells = ["Electricité" if "nergie" in one.label else SAMPLES[one.type] for one in layout.table.fields]
        sheet = (layout.sheets or ("Feuil1",))[0].replace("*", "x").replace(" ", "_")
        exports[f"{layout.name}.csv"] = supplier_files.table([header, cells, cells])
        exports[f"{layout.name}.xlsx"] = supplier_files.workbook(**{sheet: [header, cells, cells]})
    return exports


def one_of_each(sound: dict[str, bytes], chance: random.Random) -> tuple[str, bytes]:
    """Choose a file, each kind of name as often as the others: curves are many, registers few."""
    kinds: dict[str, list[str]] = {}
    for name in sorted(sound):
        kinds.setdefault("".join(letter for letter in name if not letter.isdigit()), []).append(name)
    name = chance.choice(kinds[chance.choice(sorted(kinds))])
    return name, sound[name]


def land_all(inbox: Path) -> list[landing.Landed]:
    return list(landing.land(inbox, schemas.empty(t.FILE)))


def store(batches: list[landing.Landed]) -> None:
    """Write what landed where it goes in a run: the last place at which a value may be found impossible."""
    with duckdb.connect() as connection:
        warehouse.create(connection, t.TABLES)
        for landed in batches:
            for table, rows in landed.frames.items():
                warehouse.insert(connection, table, rows)


def test_damaged_files_are_read_whole_or_refused(sound: dict[str, bytes], tmp_path: Path):
    chance = random.Random(SEED)
    outcomes: Counter[str] = Counter()
    for number in range(0, CASES, BATCH):
        inbox = tmp_path / f"inbox{number}"
        for case in range(number, min(number + BATCH, CASES)):
            name, content = one_of_each(sound, chance)
            place = inbox / f"ACC00000007_{case}" / name
            place.parent.mkdir(parents=True)
            place.write_bytes(damage(content, chance))
        started = time.monotonic()
        batches = land_all(inbox)
        store(batches)
        assert time.monotonic() - started < 60, f"{inbox} : trop long"
        outcomes += judge(inbox, batches)
    assert outcomes["loaded"] > CASES / 50 and outcomes["quarantined"] > CASES / 5, outcomes


def judge(inbox: Path, batches: list[landing.Landed]) -> Counter[str]:
    """Assert what holds of any file; return how many were loaded and refused."""
    files = pl.concat([landed.frames[t.FILE] for landed in batches])
    assert files["path"].n_unique() == files.height
    dropped = {path for path, content in files_under(inbox).items() if not path.endswith(".zip") or content}
    seen = {path.split("!")[0] for path in files["path"]}
    assert seen <= dropped and all(path.endswith(".zip") for path in dropped - seen)  # an empty archive holds no file
    refused = files.filter(pl.col("status") == "quarantined")
    assert refused["reason"].is_not_null().all()
    unexpected = refused.filter(pl.col("reason").str.starts_with("Lecture impossible"))
    assert unexpected.is_empty(), unexpected.select("path", "reason").to_dicts()
    read = set(files.filter(pl.col("status") != "quarantined")["file_id"])
    for landed in batches:
        for table, rows in landed.frames.items():
            if table is not t.FILE:
                numbers = rows.select(pl.selectors.float())
                assert numbers.select(pl.all().is_finite().fill_null(True)).to_numpy().all(), table.name
                if "watts" in rows.columns:
                    assert rows["watts"].explode().is_finite().fill_null(True).all()
                assert set(rows["file_id"]) <= read, f"{table.name} : une partie d'un fichier refusé"
    return Counter(files["status"].to_list())
