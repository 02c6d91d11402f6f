"""Enedis's monthly synthesis workbook: operation, producers, consumers (convention §11.6.1.3).

Neither its sheets nor its labels are printed in the convention: a sheet is recognised by what it holds, a label by its
words (`data/reference/layouts/synthesis.toml`).
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from energy_pipeline.formats import grids, names, values
from energy_pipeline.formats.energy import slot_of
from energy_pipeline.formats.grids import Sheet
from energy_pipeline.formats.model import BadFile, Reading, Row
from energy_pipeline.formats.text import plain
from energy_pipeline.settings import REFERENCE

KIND = "synthesis"
_RATES = {
    "self_consumption_rate": ("self_consumption_kwh", "production_kwh"),
    "self_production_rate": ("self_consumption_kwh", "consumption_kwh"),
    "coverage_rate": ("production_kwh", "consumption_kwh"),
}
_SLOT_WORD = re.compile(r"(?<![A-Za-z])(HPH|HCH|HPB|HCB|HPE|HCE|HP|HC|BASE)(?![A-Za-z])", re.IGNORECASE)
_POINT = re.compile(r"'?\d{14}(?:\.0)?")


@dataclass(frozen=True)
class _Labels:
    indicators: tuple[tuple[str, tuple[frozenset[str], ...]], ...]
    slots: frozenset[str]


@cache
def _labels() -> _Labels:
    data = tomllib.loads((REFERENCE / "layouts" / "synthesis.toml").read_text(encoding="utf-8"))
    return _Labels(
        tuple(
            (entry["name"], tuple(frozenset(map(plain, words)) for words in entry["words"]))
            for entry in data["indicator"]
        ),
        frozenset(map(plain, data["slots"])),
    )


def indicator_of(label: str) -> str | None:
    """Return the indicator that a label names, or None."""
    bare = plain(label)
    return next(
        (name for name, choices in _labels().indicators if any(all(w in bare for w in words) for words in choices)),
        None,
    )


def _slot(label: str) -> str | None:
    match = _SLOT_WORD.search(label)
    return slot_of(match[1]) if match else None


def _cell(sheet: Sheet, line: int, place: int) -> str:
    letters = ""
    while place >= 0:
        letters, place = chr(ord("A") + place % 26) + letters, place // 26 - 1
    return f"{sheet.name}!{letters}{line}"


def _number(cell: str, label: str, line: int) -> float | None:
    if not cell:
        return None
    value = float(values.positive(cell.rstrip("% "), line, label))
    if cell.endswith("%"):
        return value / 100
    return value * 1000 if "MWh" in label else value


def _is_number(cell: str) -> bool:
    try:
        values.number(cell.rstrip("% "), None, "")
    except BadFile:
        return False
    return True


def _points(sheet: Sheet) -> Iterator[Row]:
    """Yield a row per figure of a sheet that has one line per PRM (and per slot), below a header."""
    header_line = next((line for line, cells in enumerate(sheet.lines, start=1) if _count_indicators(cells) >= 2), None)
    if header_line is None:
        return
    header = sheet.lines[header_line - 1]
    figures = [(place, label, indicator_of(label)) for place, label in enumerate(header) if indicator_of(label)]
    slot_place = next((place for place, label in enumerate(header) if plain(label) in _labels().slots), None)
    indicators = {indicator for _, _, indicator in figures}
    is_consumers = "complement_kwh" in indicators or "consumption_kwh" in indicators
    prm: str | None = None
    for line, cells in enumerate(sheet.lines[header_line:], start=header_line + 1):
        written = next((cell for cell in cells if _POINT.fullmatch(cell)), None)
        if written is not None:
            prm = values.prm(written, line, "PRM")
        elif any(plain(cell).startswith("total") for cell in cells) or not any(cells):
            prm = None
        if prm is None:
            continue
        slot = slot_of(cells[slot_place]) if slot_place is not None and cells[slot_place] else None
        for place, label, indicator in figures:
            if cells[place] or written is not None:
                yield {
                    "level": "consumer" if is_consumers else "producer",
                    "prm": prm,
                    "indicator": indicator,
                    "slot": slot or _slot(label),
                    "value": _number(cells[place], label, line),
                    "cell": _cell(sheet, line, place),
                }


def _indicators(sheet: Sheet) -> Iterator[Row]:
    """Yield a row per figure of the sheet on the operation: label and value side by side, or one above the other."""
    for line, cells in enumerate(sheet.lines, start=1):
        for place, label in enumerate(cells):
            indicator = indicator_of(label) if not _is_number(label) else None
            if indicator is None:
                continue
            after = next(((p, c) for p, c in enumerate(cells[place + 1 :], start=place + 1) if c), None)
            below = sheet.lines[line][place] if line < len(sheet.lines) else ""
            if after and _is_number(after[1]):
                value, where = after[1], _cell(sheet, line, after[0])
            elif _is_number(below):
                value, where = below, _cell(sheet, line + 1, place)
            else:
                continue
            scaled = _number(value, label, line)
            if "%" in label and not value.endswith("%") and scaled is not None:
                scaled /= 100
            yield {
                "level": "operation",
                "prm": None,
                "indicator": indicator,
                "slot": None,
                "value": scaled,
                "cell": where,
            }


def _as_fractions(rows: list[Row]) -> list[Row]:
    """Return the rows with rates as fractions: a rate written 45,2 is told from 0,452 by the energies beside it."""
    energies = {row["indicator"]: row["value"] for row in rows if row["level"] == "operation"}
    for row in rows:
        part, whole = (energies.get(name) for name in _RATES.get(row["indicator"], ("", "")))
        if row["value"] is None or part is None or not whole:
            continue
        expected = part / whole
        if abs(row["value"] / 100 - expected) < abs(row["value"] - expected):
            row["value"] /= 100
    return rows


def _count_indicators(cells: list[str]) -> int:
    return sum(indicator_of(cell) is not None for cell in cells)


def looks_like(sheets: list[Sheet]) -> bool:
    """Whether the sheets hold indicators of an operation: at least two in one of them."""
    return any(sum(_count_indicators(line) for line in sheet.lines[:40]) >= 2 for sheet in sheets)


def read(name: str, content: bytes) -> Reading:
    """Read a synthesis: a row per figure (kWh; fractions for rates), with its sheet and cell. Raises BadFile."""
    parsed = names.parse(name)
    start, end = names.require_period(parsed)
    rows: list[Row] = []
    for sheet in grids.sheets(content):
        has_points = any(_POINT.fullmatch(cell) for line in sheet.lines for cell in line)
        rows.extend(_points(sheet) if has_points else _indicators(sheet))
    if not rows:
        raise BadFile("Aucun indicateur reconnu dans le classeur de synthèse.")
    unique: dict[tuple[object, ...], Row] = {}
    for row in _as_fractions(rows):
        unique.setdefault((row["level"], row["prm"], row["indicator"], row["slot"]), row)
    common = {"operation_id": parsed.operation_id, "period_start": start, "period_end": end}
    return Reading(
        KIND, [row | common for row in unique.values()], parsed.operation_id, None, None, start, end
    )  # fmt: skip
