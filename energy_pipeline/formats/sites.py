"""A supplier's list of sites (fichier périmètre, or the portal's table), xlsx or csv."""

import re
from datetime import date

from energy_pipeline.formats import grids, names, values
from energy_pipeline.formats.grids import Mapped, Sheet
from energy_pipeline.formats.invoices import SUPPLIER
from energy_pipeline.formats.model import BadFile, Note, Reading, Row
from energy_pipeline.formats.text import plain

KIND = "sites"
LAYOUT = "sites"
_GAS_SEGMENT = re.compile(r"T[1-4P]", re.IGNORECASE)


def find(sheets: list[Sheet]) -> tuple[Sheet, Mapped] | None:
    """Return the sheet and header that look like a list of sites (a point, a segment, another column), or None."""
    wanted = grids.layout(LAYOUT)
    for sheet in sheets:
        mapped = grids.map_header(sheet.lines, wanted)
        if mapped and {"site_id", "segment"} <= set(mapped.places) and len(mapped.places) >= 3:
            return sheet, mapped
    return None


def read(name: str, content: bytes, received_on: date) -> Reading:
    """Read a list of sites; its day is the one in the name, else `received_on`. Raises BadFile."""
    wanted = grids.layout(LAYOUT)
    found = find(grids.sheets_of(content))
    if found is None:
        raise BadFile("Aucune feuille ne porte les colonnes d'une liste de sites (point de comptage, segment…).")
    sheet, mapped = found[0], grids.require_mandatory(found[1], wanted)
    notes = grids.unknown_columns(mapped, wanted)
    listed_on = names.parse(name).declared_on or received_on
    rows: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    for line, row, extra in grids.records(sheet, mapped, wanted):
        if row["site_id"] is None:
            notes.append(Note("Ligne sans point de comptage : ignorée.", line))
            continue
        row["fluid"] = _fluid(row.get("fluid"), row["segment"], line)
        if row["fluid"] == "electricity":
            row["site_id"] = values.prm(row["site_id"], line, mapped.header[mapped.places["site_id"]])
        row["extra"] = grids.as_json(extra)
        content_of_row = tuple(row.values())
        if content_of_row in seen:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, row["site_id"]))
            continue
        seen.add(content_of_row)
        rows.append(row | {"line": line, "supplier": SUPPLIER, "listed_on": listed_on})
    if not rows:
        raise BadFile("Le fichier ne contient aucun site.", mapped.line)
    return Reading(KIND, rows, notes=tuple(notes))


def _fluid(written: str | None, segment: str | None, line: int) -> str:
    word = plain(written or "")
    if not word:
        return "gas" if _GAS_SEGMENT.fullmatch(segment or "") else "electricity"
    if word.startswith("elec"):
        return "electricity"
    if word.startswith("gaz") or word == "gas":
        return "gas"
    raise BadFile("Énergie inconnue : électricité ou gaz attendu.", line, "Energie", written)
