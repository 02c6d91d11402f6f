"""Which grids of the TURPE a site may be billed on, from the words of the bill and of the list of sites."""

import re
import unicodedata
from functools import cache

SLOTS = {
    "C5/CU4": ("HPH", "HCH", "HPB", "HCB"),
    "C5/MU4": ("HPH", "HCH", "HPB", "HCB"),
    "C5/CU": ("BASE",),
    "C5/MUDT": ("HP", "HC"),
    "C5/LU": ("BASE",),
    "C4/CU": ("HPH", "HCH", "HPB", "HCB"),
    "C4/LU": ("HPH", "HCH", "HPB", "HCB"),
}
"""The slots of each grid, named as in data/reference/rates."""
ACC = {"C5/CU4": "C5/CU4_ACC", "C5/MU4": "C5/MU4_ACC"}
"""Grids that have an option for collective self-consumption. No export says whether a site has taken it."""
LIMIT_C5_KVA = 36.0

_C5 = (
    (r"CU ?4", ("C5/CU4",)),
    (r"MU ?4", ("C5/MU4",)),
    (r"MUDT|MU DT", ("C5/MUDT",)),
    (r"CUST|\bCU\b|INFCU\b|COURTE", ("C5/CU",)),
    (r"\bLU\b|INFLU|LONGUE", ("C5/LU",)),
    (r"4 ?(PLAGES|POSTES)|QUATRE|HP[HBE]|SAISON", ("C5/CU4", "C5/MU4")),
    (r"\bHP\b|\bHC\b|HPHC|CREUSES|DOUBLE TARIF", ("C5/MUDT",)),
    (r"BASE|UNIQUE", ("C5/CU", "C5/LU")),
)
_C4 = ((r"\bLU|SUPLU|LONGUE", ("C4/LU",)), (r"\bCU|SUPCU|COURTE", ("C4/CU",)))


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().upper()
    return re.sub(r"[^A-Z0-9]+", " ", ascii_only).strip()


def segment_of(segment: str | None, kva: float | None, words: str) -> str | None:
    """Return C4 or C5: as written, else from the words, else from the power; another segment or nothing known: None."""
    text = _plain(f"{segment or ''} {words}")
    for pattern, name in ((r"\bC5\b", "C5"), (r"\bC4\b", "C4"), (r"\bC[123]\b|HTA", None), (r"BTINF", "C5"),
                          (r"BTSUP", "C4")):  # fmt: skip
        if re.search(pattern, text):
            return name
    if kva is None:
        return None
    return "C5" if kva <= LIMIT_C5_KVA else "C4"


@cache
def named_options(segment: str | None, words: str | None) -> tuple[str, ...]:
    """Return the grids that the words of an option name; () when they name none."""
    text = _plain(words or "")
    for pattern, options in {"C5": _C5, "C4": _C4}.get(segment or "", ()):
        if text and re.search(pattern, text):
            return options
    return ()


@cache
def possible_options(segment: str | None, words: str | None, listed: str | None) -> tuple[str, ...]:
    """Return the grids that a bill may follow: those that its words name, narrowed by the list of sites; else any.

    Where the two contradict each other the bill is judged on its own words.
    """
    billed, known = named_options(segment, words), named_options(segment, listed)
    if not billed:
        return known or tuple(option for option in SLOTS if segment and option.startswith(segment))
    return tuple(option for option in billed if option in known) or billed
