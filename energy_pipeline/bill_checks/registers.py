"""What the columns that no table names say of the registers: indexes billed, and the kWh of the third and fourth slot.

The export names them with the slots that they may hold: « RELEVE FACTUREE_DEBUT BASE/HP/HPH », « CONSO HPE ».
"""

import json
import re
import unicodedata

import polars as pl

REGISTERS = ("hp", "hc", "hpb", "hcb")
"""First to fourth register: base, peak or winter peak; off-peak or winter off-peak; the two of the summer."""

_SLOTS = {
    "BASE": "hp", "HP": "hp", "HPH": "hp", "HC": "hc", "HCH": "hc", "HPB": "hpb", "HPE": "hpb", "HCB": "hcb",
    "HCE": "hcb",
}  # fmt: skip
_KINDS = (("RELEVE FACTUREE DEBUT", "start_index"), ("RELEVE FACTUREE FIN", "end_index"), ("CONSO", "kwh"))
NAMES = (
    *(f"{kind}_{register}" for kind in ("start_index", "end_index") for register in REGISTERS), "kwh_hpb", "kwh_hcb",
)  # fmt: skip
ROLL_OVERS = (100_000.0, 1_000_000.0)
"""A meter of five or six digits starts again from 0."""


def _name(header: str) -> str | None:
    """Return which of NAMES a column of the export holds, or None."""
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode().upper()
    words = re.sub(r"[^A-Z0-9]+", " ", plain).strip()
    for prefix, kind in _KINDS:
        if words.startswith(prefix):
            found = [_SLOTS[word] for word in words[len(prefix) :].split() if word in _SLOTS]
            name = f"{kind}_{found[0]}" if found else None
            return name if name in NAMES else None
    return None


def _number(value: object) -> float | None:
    try:
        return float(re.sub(r"[\s\u00a0\u202f]", "", str(value)).replace(",", "."))
    except ValueError:
        return None


def _read(extra: str | None) -> dict[str, float | None]:
    written = json.loads(extra) if extra else {}
    named = {_name(header): _number(value) for header, value in written.items()}
    return {name: named.get(name) for name in NAMES}


def with_registers(details: pl.DataFrame) -> pl.DataFrame:
    """Return `details` with NAMES: indexes and energies (kWh) of the registers, NULL where the export has none."""
    read = pl.DataFrame([_read(extra) for extra in details["extra"]], schema=dict.fromkeys(NAMES, pl.Float64()))
    return details.hstack(read)


def index_kwh(register: str) -> pl.Expr:
    """Return the energy that the two indexes of a register give, the roll-over that makes it positive applied."""
    difference = pl.col(f"end_index_{register}") - pl.col(f"start_index_{register}")
    low, high = ROLL_OVERS
    fits = difference + low >= 0
    return pl.when(difference >= 0).then(difference).when(fits).then(difference + low).otherwise(difference + high)
