"""Plain readers of the demo's files, for the tests alone."""

import csv
import io
import zipfile
from pathlib import Path

import openpyxl


def delivery(inbox: Path, operation: str, stamps: str) -> dict[str, bytes]:
    """Files of the computed delivery of a period; `stamps` is JJMMAAAA_JJMMAAAA."""
    folder = inbox / "enedis" / f"{operation}_{stamps}"
    if folder.is_dir():
        return {path.name: path.read_bytes() for path in folder.iterdir()}
    first, last = (f"{s[:2]}_{s[2:4]}_{s[4:]}" for s in stamps.split("_"))
    (archive,) = (
        path
        for path in (inbox / "enedis").rglob("export.zip")
        if operation in path.parent.name and f"{first} » au « {last}" in path.parent.name
        and "brutes" not in path.parent.name
    )  # fmt: skip
    with zipfile.ZipFile(archive) as files:
        return {name: files.read(name) for name in files.namelist()}


def lines(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return [line.split(";") for line in content.decode(encoding).splitlines()]


def watts(content: bytes) -> dict[tuple[int, str], list[int]]:
    """Values of a CDC by (row, label)."""
    return {(n, row[0]): [int(v) for v in row[1:5]] for n, row in enumerate(lines(content))}


def curve_kwh(content: bytes) -> float:
    return sum(sum(values) for values in watts(content).values()) / 4000


def energies(content: bytes) -> dict[str, float]:
    return {row[0]: float(row[1].replace(",", ".")) for row in lines(content)}


def invoices(inbox: Path, month: str) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(inbox / "fournisseur" / f"DirectView_factures_{month}.xlsx").active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def anomalies(inbox: Path) -> list[dict[str, str]]:
    text = (inbox.parent / f"{inbox.name}_anomalies.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))
