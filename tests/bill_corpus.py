"""The bills of a commune, right but for one error per site, written by the demo's writer: no code is the checks'.

Each site has its own bills, numbered by the site, so that a finding tells whose error it found. A site of electricity
draws 1 000 kWh a month, C5, option Base, 12 kVA: energy 96,80 + 1,15 + 4,03 + 1,34 + 4,21, variable part 48,40, accise
29,98. The bill of October 2025 carries the fixed part of November: (16,80 + 22,00 + 12 × 11,07) × 30 / 365 = 14,11, CTA
3,09, subscription 5,00: 208,11 excluding VAT, 249,73 with it.
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl

from energy_pipeline.demo.annexes import operations_toml, prices_csv, write_annexe_2, write_keys
from energy_pipeline.demo.bills import Document, Reading, bill, month_of_bills, totalled
from energy_pipeline.demo.calendar import add_months, month_end
from energy_pipeline.demo.direct_view import Row, invoices_file, sites_file
from energy_pipeline.demo.enedis import deliver
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.gas import gas_bill, gas_file, gas_totalled
from energy_pipeline.demo.model import Operation, Site
from energy_pipeline.demo.simulate import simulate
from energy_pipeline.demo.world import boilers, operation

SEPTEMBER, OCTOBER, NOVEMBER = date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1)
CURVES = (OCTOBER, 2)
"""Months of which the operation has curves."""
KWH = 1000
SLOT_PRICES = ("PRIX CONSO HPE", "PRIX CONSO HCE")
"""Columns that the export may have after those of the writer."""
WRITTEN = datetime.combine(date(2026, 5, 10), time(8))

Euros = tuple[str | None, str | None]
Found = dict[str, Euros]
"""Checks that must find something: euros excluding and including VAT."""


@dataclass(frozen=True)
class Case:
    """A site, the error of its bills, and what must be found."""

    name: str
    found: Found
    wrong: Callable[[list[Row]], object] = lambda rows: None
    """Changes the rows of the site, in the order of their months, in place."""
    kind: str = "C5"
    """C5, C4, gas, or the number of a participant of the operation."""
    first: date = SEPTEMBER
    months: int = 3
    listed: tuple[tuple[str, object], ...] = ()
    """Cells of the list of sites that are changed."""
    is_listed: bool = True


def site(acc: Operation, serial: int, kind: str) -> Site:
    """Return a building outside the operation."""
    model = replace(acc.others[0], prm=f"300010099{serial:05d}", name=f"Site {serial}", valid_to=None)
    if kind == "C4":
        hours = ((88, 24),)
        return replace(model, segment="C4", calendar="4P", tariff="BTSUPCU", kva=60, off_peak=hours)
    return replace(model, segment="C5", calendar="BASE", tariff="CUST", kva=12, off_peak=())


def number(serial: int, month: date, rank: int = 1) -> str:
    """Return the number of an invoice of a site."""
    return f"{serial:03d}{month:%y%m}{rank:05d}"


def reading(place: Site, rank: int, kwh: int = KWH) -> Reading:
    """Return what is read of a site: its kWh, and the indexes of a C5 after `rank` months of 1 000 kWh."""
    if place.segment == "C4":
        sold = {"HPH": 400, "HCH": 300, "HPB": 200, "HCB": 100}
        return Reading(sold, {slot: float(value) for slot, value in sold.items()})
    start = 20000 + rank * KWH
    indexes: Row = {
        "RELEVE FACTUREE_DEBUT BASE/HP/HPH": start, "INDEX REEL BASE/HP/HPH": start + kwh,
        "RELEVE FACTUREE_FIN BASE": start + kwh,
    }  # fmt: skip
    return Reading({"BASE": kwh}, {"BASE": float(kwh)}, indexes=indexes)


def right_rows(acc: Operation, serial: int, case: Case) -> list[Row]:
    """Return the right bills of the site of a case, one a month."""
    months = [add_months(case.first, n) for n in range(case.months)]
    if case.kind == "gas":
        boiler = replace(boilers(acc)[0], pce=f"990010099{serial:05d}", name=f"Site {serial}")
        return [gas_bill(acc, boiler, month, number(serial, month)) for month in months]
    place = site(acc, serial, case.kind)
    return [
        bill(acc, place, month, reading(place, rank),
             Document(number(serial, month), 1, ("R01", "Bâtiments"), month_end(month) + timedelta(days=4)))
        for rank, month in enumerate(months)
    ]  # fmt: skip


def participants(acc: Operation, inbox: Inbox) -> dict[str, list[Row]]:
    """Write what Enedis publishes of the operation; return the right bills of its public consumers, by position."""
    first, months = CURVES
    flows = simulate(acc, first, months, seed=5)
    write_annexe_2(inbox, acc, first)
    for part in flows.periods:
        write_keys(inbox, acc, part)
        deliver(inbox, acc, flows, part)
    rows = [row for n in range(months) for row in month_of_bills(acc, flows, first, n).rows]
    place = {consumer.prm: str(n) for n, consumer in enumerate(acc.consumers)}
    found: dict[str, list[Row]] = {}
    for row in rows:
        if name := place.get(str(row["PDL/PRM"])):
            found.setdefault(name, []).append(row)
    return found


def again(row: Row, **changes: object) -> None:
    """Change a row in place, totals included; a change bears the header's words joined by `_`."""
    row |= {name.replace("_", " "): value for name, value in changes.items()}
    if "PCE" in row:
        row |= gas_totalled(row)
    else:
        row |= totalled(row, str(row["SEGMENT"]), row["DEBUT ACH. FIXE"])  # type: ignore[arg-type]


def write(out: Path, cases: Iterable[Case]) -> dict[str, Case]:
    """Write the inbox in `out`; return the cases by the three digits that begin the numbers of their invoices."""
    inbox = Inbox(out)
    acc = operation(3, consumers=8, producers=1, months=CURVES[1], first=CURVES[0], seed=5)
    shared = participants(acc, inbox)
    by_serial: dict[str, Case] = {}
    electricity: list[Row] = []
    gas: list[Row] = []
    places: list[Site] = []
    cells: dict[str, tuple[tuple[str, object], ...]] = {}
    for serial, case in enumerate(cases, 100):
        by_serial[str(serial)] = case
        if case.kind.isdigit():
            rows = shared[case.kind]
            for row in rows:
                row["NUM FACTURE"] = number(serial, row["DEBUT CONSO ET ACH. VAR."])  # type: ignore[arg-type]
        else:
            rows = right_rows(acc, serial, case)
        point = str(rows[0].get("PDL/PRM") or rows[0]["PCE"])
        case.wrong(rows)
        (gas if case.kind == "gas" else electricity).extend(rows)
        if case.kind not in {"gas"} and not case.kind.isdigit() and case.is_listed:
            places.append(site(acc, serial, case.kind))
        cells[point] = case.listed
    exported = priced_by_slot(invoices_file(electricity, WRITTEN.date()), electricity)
    inbox.write("fournisseur/DirectView_factures.xlsx", exported, WRITTEN)
    inbox.write("fournisseur/DirectView_factures_gaz.xlsx", gas_file(gas, WRITTEN.date()), WRITTEN)
    listed = sites_file([replace(acc, others=tuple(places))], WRITTEN.date())
    gas_points = [point for point in cells if point.startswith("99")]
    inbox.write(f"fournisseur/DirectView_perimetre_{WRITTEN:%Y-%m-%d}.xlsx", edited(listed, cells, gas_points), WRITTEN)
    inbox.write("operations.toml", operations_toml([acc]), WRITTEN)
    inbox.write("prices.csv", prices_csv([acc], CURVES[0]), WRITTEN)
    return by_serial


def priced_by_slot(content: bytes, rows: list[Row]) -> bytes:
    """Return an export with one column more per slot: its unit price, where a row tells it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    for name in SLOT_PRICES:
        column = sheet.max_column + 1
        sheet.cell(1, column, name)
        for line, row in enumerate(rows, 2):
            sheet.cell(line, column, row.get(name))  # type: ignore[arg-type]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def edited(content: bytes, cells: dict[str, tuple[tuple[str, object], ...]], gas_points: list[str]) -> bytes:
    """Return the list of sites with cells changed, and the points of gas added to it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet is not None
    head = {str(cell.value): cell.column for cell in sheet[1]}
    boiler = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "Gaz")
    for point in gas_points:
        sheet.append([point if name == "Point de service/Comptage" else value
                      for name, value in zip(head, boiler, strict=True)])  # fmt: skip
    for row in sheet.iter_rows(min_row=2):
        for name, value in cells.get(str(row[head["Point de service/Comptage"] - 1].value), ()):
            row[head[name] - 1].value = value  # type: ignore[assignment]
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
