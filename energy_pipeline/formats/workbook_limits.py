"""What keeps a hostile or mangled workbook from the library that reads it, which would end the process.

A sheet is read as a whole rectangle: a single cell at XFD1048576 asks for a terabyte. So does a table of texts that
says to hold billions of them.
"""

import io
import re
import zipfile
import zlib

from energy_pipeline.formats.model import BadFile

MAX_CELLS = 5_000_000
"""Of a sheet: five hundred times the largest export known. About 300 MB."""
MAX_COLUMNS = 2000
"""Twenty times the widest export known. Each column is costly however few its cells; Excel itself stops at 16 384."""
MAX_PART_BYTES = 256 << 20
MAX_WHOLE_BYTES = 512 << 20
_CHUNK = 1 << 20
_OVERLAP = 64
_COUNT = re.compile(rb"""\b(?:uniqueCount|count)\s*=\s*["']([0-9]+)["']""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_UNREADABLE = "Classeur illisible : le fichier .xlsx est abîmé ou n'en est pas un."
_FAULTS = (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, ValueError, RuntimeError, KeyError)


def check(content: bytes) -> None:
    """Raise BadFile for a workbook that is damaged, that unpacks out of measure, or whose sheets are out of measure."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            if sum(part.file_size for part in book.infolist()) > MAX_WHOLE_BYTES:
                raise BadFile("Classeur refusé : contenu démesuré par rapport à sa taille.")
            for part in book.infolist():
                _check_part(book, part)
    except _FAULTS as fault:
        raise BadFile(_UNREADABLE) from fault


def _check_part(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    widest, deepest, size, tail = 0, 0, 0, b""
    with book.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > MAX_PART_BYTES:
                raise BadFile("Classeur refusé : contenu démesuré par rapport à sa taille.", value=part.filename)
            seen = tail + chunk
            for column, row in set(_PLACE.findall(seen)):
                widest, deepest = max(widest, _rank(column)), max(deepest, int(row[:12]))
            if any(len(count) > 12 or int(count) > MAX_CELLS for count in set(_COUNT.findall(seen))):
                raise BadFile(_UNREADABLE, value=part.filename)
            tail = chunk[-_OVERLAP:]
    if widest > MAX_COLUMNS or widest * deepest > MAX_CELLS:
        raise BadFile(
            "Feuille démesurée : une cellule est remplie très loin des autres. Effacer lignes et colonnes inutiles.",
            value=f"{deepest} lignes, {widest} colonnes",
        )


def _rank(column: bytes) -> int:
    """Return the rank of a column from its letters: A is 1, AA is 27; 0 for none."""
    rank = 0
    for letter in column[:6].upper():
        rank = 26 * rank + letter - 64
    return rank
