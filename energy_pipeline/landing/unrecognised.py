"""Why a file is not recognised: what was seen in it, what comes nearest, what could have been."""

from collections.abc import Sequence

from energy_pipeline import french
from energy_pipeline.formats import grids, supplier
from energy_pipeline.formats.grids import Sheet
from energy_pipeline.formats.model import BadFile
from energy_pipeline.formats.supplier_layout import supplier_layouts

_SHEETS, _CELLS, _CELL_LENGTH = 5, 6, 40
"""What is shown at most of a workbook, of a line, of a cell."""


def workbook(sheets: Sequence[Sheet]) -> BadFile:
    """Return the refusal of a workbook of no known kind."""
    filled = [(sheet.name, first) for sheet in sheets if (first := _first(sheet))]
    if not filled:
        where = "sa feuille" if len(sheets) == 1 else "ses feuilles"
        names = french.listed([f"« {sheet.name} »" for sheet in sheets])
        return BadFile(f"Le classeur est vide : rien n'est écrit dans {where} {names}.")
    seen = [f"feuille « {name} » : {first}" for name, first in filled[:_SHEETS]]
    if (more := len(filled) - _SHEETS) > 0:
        seen.append(french.plural(more, "autre feuille", "autres feuilles"))
    return BadFile(
        f"Classeur non reconnu ({' ; '.join(seen)}).{_nearest(sheets)} Attendu : une Annexe 2.1, une synthèse d'Enedis "
        f"ou un export de fournisseur ({_suppliers()})."
    )


def text(content: bytes) -> BadFile:
    """Return the refusal of a text of no known kind, that has a line at least."""
    sheet = grids.csv_sheet(content)
    return BadFile(
        f"Fichier non reconnu, ni par son nom ni par sa première ligne : {_first(sheet)}.{_nearest([sheet])} Attendu : "
        "une courbe, des énergies, un périmètre ou un détail d'Enedis, une Annexe 2 ou 5, un export de fournisseur "
        f"({_suppliers()}), prices.csv ou consents.csv."
    )


def _first(sheet: Sheet) -> str:
    """Return the first cells of the first line that has some: most likely the header."""
    cells = next((filled for line in sheet.lines if (filled := [" ".join(cell.split()) for cell in line if cell])), [])
    shown = [cell if len(cell) <= _CELL_LENGTH else f"{cell[:_CELL_LENGTH]}…" for cell in cells[:_CELLS]]
    return ", ".join([*shown, "…"] if len(cells) > _CELLS else shown)


def _suppliers() -> str:
    return ", ".join(sorted({layout.supplier for layout in supplier_layouts()}))


def _nearest(sheets: Sequence[Sheet]) -> str:
    """Return which supplier's export a sheet looks like, and what it lacks to be one; nothing if it shares too few."""
    found = supplier.nearest(sheets)
    if found is None:
        return ""
    where = f"La feuille « {found.sheet.name} »" if found.sheet.name else "Sa table"
    common = french.plural(len(found.mapped.places), "colonne")
    lacking = grids.absent(supplier.lacking(found))
    return f" {where} ressemble à un export de {found.layout.supplier} ({common} en commun). {lacking}"
