"""What a file is, by its content first, then by its name."""

import re

from energy_pipeline.formats import (
    annexe2_declaration,
    consents_file,
    dynamic_keys,
    exchange_detail,
    grids,
    names,
    perimeter,
    supplier,
    synthesis,
)
from energy_pipeline.formats.energy import slot_of
from energy_pipeline.formats.model import BadFile
from energy_pipeline.formats.text import decode, plain, rows, without_trailing
from energy_pipeline.landing import unrecognised

_LABEL = re.compile(r"\d{1,4}[/-]\d{1,2}[/-]\d{2,4}[ T]\d{1,2}:\d{2}")
_CURVE_NAME = re.compile(r"cdc|courbe", re.IGNORECASE)
_SUFFIXES = ("csv", "txt", "xlsx", "toml")
_OTHER_WORKBOOKS = ("xls", "xlsm", "xlsb", "ods")
_NO_WORKBOOK = (
    "Le nom finit par .xlsx, mais ce n'est pas un classeur Excel : l'ouvrir, puis l'enregistrer au format .xlsx."
)
_KNOWN_BY_NAME = ("prices", "consents")
_SEPARATORS = {",": "des virgules", "\t": "des tabulations"}
_SEEN_LINES = 30
_SEEN_BYTES = 65536


def is_curve_name(name: str) -> bool:
    """Whether the name alone says that the file is a load curve."""
    return bool(_CURVE_NAME.search(name)) and name.lower().endswith((".csv", ".txt"))


def kind_of(name: str, content: bytes) -> str:
    """Return the kind of the file (`landing.KINDS`). Raises BadFile for one that nobody knows."""
    suffix = name.lower().rsplit(".", 1)[-1]
    if suffix not in _SUFFIXES:
        advice = " L'ouvrir dans un tableur, puis l'enregistrer au format .xlsx." if suffix in _OTHER_WORKBOOKS else ""
        raise BadFile(f"Type de fichier non pris en charge (.{suffix}) : csv, txt, xlsx, zip ou eml attendu.{advice}")
    if not content.strip():
        raise BadFile("Le fichier est vide.")
    if suffix == "toml":
        return "operations"
    is_workbook = content.startswith(grids.XLSX_MAGIC)
    if suffix == "xlsx" and not is_workbook and b"\x00" in content:
        raise BadFile(_NO_WORKBOOK)
    kind = _kind_of_workbook(name, content) if is_workbook else _kind_of_text(name, content)
    if kind is None and suffix == "xlsx" and not is_workbook:
        raise BadFile(_NO_WORKBOOK)
    if kind is None:
        raise unrecognised.workbook(grids.sheets(content)) if is_workbook else unrecognised.text(content)
    return kind


def explained(refusal: BadFile, name: str, kind: str | None, content: bytes) -> BadFile:
    """Return the refusal of a file; that of a csv without a semicolon tells which separator it has instead.

    A supplier's, prices.csv and consents.csv may have any.
    """
    if (
        kind in (*supplier.FINISHERS, *_KNOWN_BY_NAME)
        or not name.lower().endswith((".csv", ".txt"))
        or b"\x00" in content
    ):
        return refusal
    first = next((line for line in decode(content[:_SEEN_BYTES]).splitlines() if line.strip()), "")
    found = [said for separator, said in _SEPARATORS.items() if separator in first]
    if ";" in first or not found:
        return refusal
    reason = f"{refusal.reason} Ses colonnes sont séparées par {found[-1]} : le point-virgule est attendu."
    return BadFile(reason, refusal.line, refusal.column, refusal.value)


def _kind_of_workbook(name: str, content: bytes) -> str | None:
    book = grids.sheets(content)
    bought = supplier.kind_of(book)
    if bought == "invoices":
        return bought
    if "annexe21" in plain(name) or annexe2_declaration.is_workbook(book):
        return "annexe2_operation"
    if names.parse(name).period_start and synthesis.looks_like(book):
        return "synthesis"
    return bought or ("synthesis" if synthesis.looks_like(book) else None)


def _kind_of_text(name: str, content: bytes) -> str | None:  # noqa: PLR0911 - one return per format
    top = b"\n".join(content[:_SEEN_BYTES].split(b"\n", _SEEN_LINES)[:_SEEN_LINES])
    lines = rows(decode(top))
    if not lines:
        raise BadFile("Le fichier est vide.")
    first = lines[0][1]
    header = tuple(plain(cell) for cell in without_trailing(first))
    if dynamic_keys.is_header(first):
        return "dynamic_keys"
    if header == exchange_detail.HEADER:
        return "exchange"
    if perimeter.is_header(first):
        return "perimeter"
    if any(plain(cells[0]) == "denominationop" for _, cells in lines):
        return "annexe2_operation"
    if header[:2] == ("type", "prm"):
        return "annexe2_participants"
    if any({"price", "validfrom"} <= {plain(cell) for cell in cells} for _, cells in lines):
        return "prices"
    if any(consents_file.is_header(cells) for _, cells in lines):
        return "consents"
    if _LABEL.match(first[0]):
        return "curve"
    if len(without_trailing(first)) == 2 and slot_of(first[0]):
        return "energy"
    return supplier.kind_of([grids.csv_sheet(content)]) or _kind_by_name(name)


def _kind_by_name(name: str) -> str | None:  # noqa: PLR0911 - one return per format
    """Return what the name promises, when the content is not even recognisable: its reader says what is wrong."""
    bare = plain(name.rsplit(".", 1)[0])
    if is_curve_name(name):
        return "curve"
    if bare.endswith(("energie", "quantites")):
        return "energy"
    if "perimetre" in bare and "participants" in bare:
        return "perimeter"
    if bare in _KNOWN_BY_NAME:
        return bare
    if bare.endswith("annexe211"):
        return "annexe2_operation"
    if bare.endswith("annexe212"):
        return "annexe2_participants"
    return "exchange" if bare.endswith("detail") else None
