"""The figures of the warehouse and of the report beside another computation: raw files, exact fractions.

The rule is typed from the convention's Annexe 7 (§11.7.1–11.7.2), step by step: shares, surplus of each consumer, quote
of each producer in it; no code of ours is used.
"""

import csv
import io
import zipfile
from collections import defaultdict
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

from tests.integration.conftest import Installation

Step = tuple[str, int, int]
"""Local label of the hour, how many times it was seen before (1 in the second autumn hour), quarter of the hour."""


def day_of(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007


def steps_of(lines: list[str]) -> dict[Step, Fraction]:
    seen: dict[str, int] = defaultdict(int)
    curve = {}
    for line in lines:
        label, *values = line.strip().rstrip(";").split(";")
        for quarter, value in enumerate(values):
            curve[label, seen[label], quarter] = Fraction(value)
        seen[label] += 1
    return curve


def keys_of_annexe(path: Path) -> dict[str, Fraction]:
    rows = csv.DictReader(path.read_text(encoding="iso-8859-1").splitlines(), delimiter=";")
    return {row["PRM"]: Fraction(row["COEF_STATIC"].replace(",", ".")) / 100 for row in rows if row["TYPE"] == "CONS"}


def keys_of_annexe5(text: str) -> dict[Step, dict[str, Fraction]]:
    header, *lines = text.splitlines()
    prms = header.split(";")[1:]
    seen: dict[str, int] = defaultdict(int)
    keys = {}
    for line in lines:
        label, *values = line.split(";")
        hour, minute = label[:-3], int(label[-2:])
        shares = {prm: Fraction(value.replace(",", ".")) / 100 for prm, value in zip(prms, values, strict=True)}
        keys[f"{hour}:00", seen[label], minute // 15] = shares
        seen[label] += 1
    return keys


def annexe7(
    production: dict[str, Fraction], consumption: dict[str, Fraction], keys: dict[str, Fraction]
) -> dict[tuple[str, str], Fraction]:
    """What each producer gives to each consumer at one step, by the five steps of the printed example."""
    given = {}
    provisional = {(i, j): p * keys.get(j, Fraction(0)) for i, p in production.items() for j in consumption}
    for j, drawn in consumption.items():
        offered = sum(provisional[i, j] for i in production)
        surplus = max(offered - drawn, Fraction(0))
        for i in production:
            quote = surplus * provisional[i, j] / offered if offered else Fraction(0)
            given[i, j] = provisional[i, j] - quote
    return given


def totals(production, consumption, keys_at) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Self-consumption of each consumer and surplus of each producer, in kWh, over quarter-hours."""
    received: dict[str, Fraction] = defaultdict(Fraction)
    left: dict[str, Fraction] = defaultdict(Fraction)
    for step in next(iter(production.values())):
        injected = {prm: curve[step] for prm, curve in production.items() if step in curve}
        drawn = {prm: curve[step] for prm, curve in consumption.items() if step in curve}
        given = annexe7(injected, drawn, keys_at(step))
        for (_, j), power in given.items():
            received[j] += power
        for i, power in injected.items():
            left[i] += power - sum(given[i, j] for j in drawn)
    to_kwh = Fraction(1, 4000)
    return ({prm: w * to_kwh for prm, w in received.items()}, {prm: w * to_kwh for prm, w in left.items()})


def compare(demo: Installation, operation: str, month: str, exact) -> None:
    received, left = exact
    consumers = demo.rows(
        f"SELECT prm, self_consumption_kwh FROM consumer_month WHERE operation_id = '{operation}' AND month = '{month}'"
    )
    assert {prm for (prm, _) in consumers.iter_rows()} == set(received)
    for prm, kwh in consumers.iter_rows():
        assert kwh == pytest.approx(float(received[prm]), rel=1e-9, abs=1e-9)
    producers = demo.rows(
        f"SELECT prm, surplus_kwh FROM producer_month WHERE operation_id = '{operation}' AND month = '{month}'"
    )
    for prm, kwh in producers.iter_rows():
        assert kwh == pytest.approx(float(left[prm]), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("start", "end", "annexe"),
    [
        ("01092025", "30092025", "ACC00000101_20250301_ANNEXE2.12.csv"),
        ("01102025", "31102025", "ACC00000101_20251001_ANNEXE2.12.csv"),
        ("01112025", "30112025", "ACC00000101_20251001_ANNEXE2.12.csv"),
    ],
)
def test_static_keys_with_joiner_and_leaver(demo: Installation, start: str, end: str, annexe: str):
    folder = demo.inbox / "enedis" / f"ACC00000101_{start}_{end}"
    perimeter = csv.DictReader(
        (folder / "Perimetre_Participants.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"
    )
    stays = {
        row["PRM"]: (day_of(row["Date debut rattachement"]), day_of(row["Date fin rattachement"])) for row in perimeter
    }
    curves: dict[str, dict[str, dict[Step, Fraction]]] = {"Conso": {}, "Prod": {}}
    for series, by_prm in curves.items():
        for path in folder.glob(f"*_{series}_CDC.csv"):
            prm = path.name[:14]
            entered, left = stays[prm]
            steps = steps_of(path.read_text(encoding="utf-8-sig").splitlines())
            by_prm[prm] = {step: w for step, w in steps.items() if entered <= day_of(step[0][:10]) < left}
    keys = keys_of_annexe(demo.inbox / "pmo" / "ACC00000101" / annexe)
    exact = totals(curves["Prod"], curves["Conso"], lambda _: keys)
    month = f"{end[4:]}-{end[2:4]}-01"
    compare(demo, "ACC00000101", month, exact)

    workbook = openpyxl.load_workbook(demo.home / "reports" / month[:7] / "ACC00000101" / "rapport.xlsx")
    cells = [cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row]
    shared = float(sum(exact[0].values()))
    assert any(isinstance(value, float) and value == pytest.approx(shared, abs=0.006) for value in cells)


def test_dynamic_keys_of_annexe_5(demo: Installation):
    [archive] = (
        path
        for path in demo.inbox.rglob("export.zip")
        if "ACC00000103" in str(path) and "01_09_2025" in str(path) and "brutes" not in str(path)
    )
    curves: dict[str, dict[str, dict[Step, Fraction]]] = {"Conso": {}, "Prod": {}}
    with zipfile.ZipFile(archive) as files:
        for name in files.namelist():
            for series, by_prm in curves.items():
                if name.endswith(f"_{series}_CDC.csv"):
                    text = io.TextIOWrapper(files.open(name), encoding="utf-8-sig").read()
                    by_prm[Path(name).name[:14]] = steps_of(text.splitlines())
    keys = keys_of_annexe5((demo.inbox / "pmo/ACC00000103/ACC00000103_15_01092025_30092025.txt").read_text())
    compare(demo, "ACC00000103", "2025-09-01", totals(curves["Prod"], curves["Conso"], keys.__getitem__))
