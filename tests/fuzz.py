"""Damaged files given to the landing, kind after kind, in a process of its own whose memory is measured.

`python -m tests.fuzz CASES SEED FOLDER` damages each kind of file CASES times and tells, as JSON a line per kind: what
was loaded and refused, what is wrong, the slowest batch in seconds of processor, the peak of memory so far.
"""

import email.message
import io
import json
import random
import shutil
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from energy_pipeline import landing, warehouse
from energy_pipeline.demo.generate import generate
from energy_pipeline.formats.supplier_layout import supplier_layouts
from energy_pipeline.settings import REFERENCE
from energy_pipeline.tables import landing as t
from energy_pipeline.tables import schemas
from tests.damage import damage, files_under
from tests.unit.formats import supplier_files

BATCH = 50
GOLDEN = Path(__file__).parent / "golden" / "ACC00000007_01112024_01112024"
SAMPLES = {
    "text": "Mairie", "id": "30001000100100", "prm": "30001000100100", "date": "05/09/2025",
    "moment": "05/09/2025 10:00", "end_date": "30/09/2025", "money": "12,50", "price": "0,123456", "number": "1 234,5",
    "count": "2", "positive": "36", "post_code": "01000",
}  # fmt: skip


def sound(folder: Path) -> dict[str, bytes]:
    """Return sound files of every kind, by name; curves are those of one day."""
    generate(folder, operations=3, consumers=2, producers=1, months=1)
    files = {path: content for path, content in files_under(folder).items() if len(content) < 60_000}
    named = {Path(path).name: content for path, content in files.items() if "_CDC" not in path and "!" not in path}
    named |= files_under(GOLDEN)
    named |= {path.name.replace(".example", ""): path.read_bytes() for path in REFERENCE.glob("*.example.csv")}
    return named | supplier_exports() | deliveries()


def supplier_exports() -> dict[str, bytes]:
    """Return an export of each layout of the suppliers, as csv and as a workbook, with its own labels."""
    exports = {}
    for layout in supplier_layouts():
        header = [one.label for one in layout.table.fields]
        cells = [sample(one.label, one.type) for one in layout.table.fields]
        sheet = (layout.sheets or ("Feuil1",))[0].replace("*", "x").replace(" ", "_")
        exports[f"{layout.name}.csv"] = supplier_files.table([header, cells, cells])
        exports[f"{layout.name}.xlsx"] = supplier_files.workbook(**{sheet: [header, cells, cells]})
    return exports


def sample(label: str, kind: str) -> str:
    """Return a cell that the readers accept under a label."""
    if kind == "text" and ("nergie" in label or label == "Fluide"):
        return "Electricité"
    return {"Année": "2025", "Relève": "12345"}.get(label, SAMPLES[kind])


def deliveries() -> dict[str, bytes]:
    """Return the golden delivery as an archive, and as a mail that carries it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_under(GOLDEN).items():
            archive.writestr(name, content)
    mail = email.message.EmailMessage()
    mail["Subject"] = "[Mairie] Autoconsommation Collective – Convention N°ACC00000007 – Courbes de charge"
    mail["From"], mail["To"] = "enedis@example.org", "mairie@example.org"
    mail["Date"] = "Mon, 09 Dec 2024 08:00:00 +0100"
    mail.set_content("Bonjour,")
    mail.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="export.zip")
    return {"livraison.zip": packed.getvalue(), "livraison.eml": mail.as_bytes()}


def kinds(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """Return the names by kind: those that differ by digits only are of one."""
    found: dict[str, list[str]] = {}
    for name in sorted(files):
        found.setdefault("".join(letter for letter in name if not letter.isdigit()), []).append(name)
    return found


def land(inbox: Path) -> list[landing.Landed]:
    """Land an inbox and write what landed where it goes in a run: the last place where a value may be impossible."""
    batches = list(landing.land(inbox, schemas.empty(t.FILE)))
    with duckdb.connect() as connection:
        warehouse.create(connection, t.TABLES)
        for landed in batches:
            for table, rows in landed.frames.items():
                warehouse.insert(connection, table, rows)
    return batches


def judge(inbox: Path, batches: list[landing.Landed]) -> Counter[str]:
    """Assert what holds of any file; return how many were loaded and refused."""
    files = pl.concat([landed.frames[t.FILE] for landed in batches])
    assert files["path"].n_unique() == files.height
    dropped = {path for path, content in files_under(inbox).items() if not path.endswith(".zip") or content}
    seen = {path.split("!")[0] for path in files["path"]}
    assert seen <= dropped, seen - dropped
    # An archive or a mail may hold no file at all.
    assert all(path.endswith((".zip", ".eml")) for path in dropped - seen), dropped - seen
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
                assert set(rows["file_id"]) <= read, f"{table.name}: a part of a refused file"
    return Counter(files["status"].to_list())


def try_kind(names: list[str], files: Mapping[str, bytes], cases: int, chance: random.Random, folder: Path) -> dict:
    """Damage files of a kind `cases` times; return what came of them. Batches that show a fault stay in `folder`."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    place = folder / "sound" / "ACC00000007" / names[0]
    place.parent.mkdir(parents=True)
    place.write_bytes(files[names[0]])
    if "loaded" not in judge(folder / "sound", land(folder / "sound")):
        wrong.append(f"{names[0]}: refused, undamaged")
    slowest = 0.0
    for number in range(0, cases, BATCH):
        inbox = folder / f"inbox{number}"
        for case in range(number, min(number + BATCH, cases)):
            name = chance.choice(names)
            place = inbox / f"ACC00000007_{case}" / name
            place.parent.mkdir(parents=True)
            place.write_bytes(damage(files[name], chance))
        started = time.process_time()
        try:
            batches = land(inbox)
            outcomes += judge(inbox, batches) if batches else Counter()
        except Exception as fault:
            wrong.append(f"{inbox}: {type(fault).__name__}: {str(fault)[:2000]}")
            continue
        finally:
            slowest = max(slowest, time.process_time() - started)
        shutil.rmtree(inbox)
    # Not ru_maxrss: that of who launched this process counts in it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024
    return {"outcomes": outcomes, "wrong": wrong, "slowest": slowest, "peak_mb": peak}


def main(cases: int, seed: int, folder: Path) -> None:
    """Try each kind; what is drawn for one does not depend on the others."""
    files = sound(folder / "sound")
    for kind, names in kinds(files).items():
        told = try_kind(names, files, cases, random.Random(f"{seed}{kind}"), folder / kind)
        print(json.dumps({"kind": kind, **told}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
