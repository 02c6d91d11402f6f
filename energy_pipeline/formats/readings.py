"""Readings of meters: the portal's relèves, EDF's registers, ENGIE's indexes; a row per register and day."""

import re
from collections.abc import Iterator

from energy_pipeline.formats import values
from energy_pipeline.formats.energy import slot_of
from energy_pipeline.formats.model import BadFile, Row
from energy_pipeline.formats.supplier_rows import Export, fluid_of, point_of
from energy_pipeline.tables.columns import SLOTS

_REGISTER = re.compile(r"([A-Za-z][\w ]*?)\s*[:=]\s*(-?[\d \u00a0\u202f]+(?:[.,]\d+)?)")


def finished(export: Export, line: int, row: Row) -> list[Row]:
    """Return a row per register of the line. Raises BadFile.

    The index stands in `index` (« HPH: 9660 », several in one cell, or a number whose register is `register`), in
    `index_value`, or in one column per slot.
    """
    prm, pce = row.get("site_id"), row.pop("pce", None)
    row["fluid"] = fluid_of(row.get("fluid") or ("gaz" if pce and not prm else None), None, export, line)
    row["site_id"] = point_of(prm or pce, row["fluid"], export, line, "site_id")
    found = list(_registers(export, line, row))
    if not found:
        export.note("Ligne sans index : ignorée.", line)
        return []
    if row["site_id"] is None:
        raise BadFile(
            "Point de livraison inconnu : ni colonne, ni titre au-dessus du tableau, ni nom du fichier ne le donne.",
            line,
        )
    return [
        row | {"register": register, "slot": slot_of(register) if register else None, "index_value": index}
        for register, index in found
    ]


def _registers(export: Export, line: int, row: Row) -> Iterator[tuple[str | None, float | None]]:
    """Yield (register as written, index) and take what held them out of the row."""
    wide = {slot: row.pop(f"index_{slot.lower()}", None) for slot in SLOTS}
    yield from ((slot, index) for slot, index in wide.items() if index is not None)
    if written := row.pop("index", None):
        named = _REGISTER.findall(written) or [(row.get("register"), written)]
        yield from ((register and register.strip(), _index(index, export, line)) for register, index in named)
    elif any(row.get(name) is not None for name in ("index_value", "consumption_kwh")):
        yield row.get("register"), row.get("index_value")


def _index(written: str, export: Export, line: int) -> float:
    return float(values.number(written.strip(), line, export.mapped.label("index")))
