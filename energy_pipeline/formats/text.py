"""Text of a file: bytes to characters, characters to cells, words compared without case, accent or joiner."""

import codecs
import re
import unicodedata
from functools import lru_cache

from energy_pipeline.formats.model import BadFile

_BOM = "\ufeff"


def decode(content: bytes) -> str:
    """Return the text: UTF-8 with or without BOM, else cp1252 (a superset of ISO-8859-1 in what files contain).

    Raises BadFile for UTF-16, and for bytes that are no text (a NUL: a binary file).
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise BadFile("Le fichier est en UTF-16 (« texte Unicode » d'un tableur) : l'enregistrer en csv UTF-8.")
    if b"\x00" in content:
        raise BadFile("Le fichier n'est pas un texte lisible (octets nuls) : il est abîmé ou d'un autre format.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.removeprefix(_BOM)


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Return `text` reduced to lower-case letters and digits, without accents: what names are compared by."""
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", decomposed.lower())


def rows(text: str, separator: str = ";") -> list[tuple[int, list[str]]]:
    """Return the non-blank lines as (line number from 1, stripped cells); a trailing separator gives a last ''."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip("\r\t ;\ufeff"):
            found.append((number, [cell.strip() for cell in line.rstrip("\r").split(separator)]))
    return found


def without_trailing(cells: list[str]) -> list[str]:
    """Return the cells without the empty one that a trailing separator makes."""
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells
