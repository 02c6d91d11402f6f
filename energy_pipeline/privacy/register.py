"""`HOME/forgotten.csv`: the points whose holder is forgotten, so that no file of the inbox brings it back.

It holds stand-ins, not PRMs: which points they are is told by the key of the installation only.
"""

import csv
import os
from datetime import date
from functools import lru_cache
from pathlib import Path

from energy_pipeline.landing.hiding import StandIn
from energy_pipeline.privacy import pseudonyms
from energy_pipeline.privacy.pseudonyms import REGISTER_FILE, PrivacyError, read_key

_HEADER = ("point", "forgotten_on", "key")


def known(home: Path) -> StandIn | None:
    """Return what gives the stand-in of each forgotten PRM; None when nobody was forgotten.

    Raises PrivacyError when the register is damaged or the key is not the one that it was written with.
    """
    if not (home / REGISTER_FILE).exists():
        return None
    key = read_key(home)
    forgotten = _read(home, key)

    @lru_cache(maxsize=1 << 16)
    def of(prm: str) -> str | None:
        made = pseudonyms.stand_in(key, prm)
        return made if made in forgotten else None

    return of


def add(home: Path, prm: str, day: date) -> str:
    """Note that the holder of a point is forgotten, once; return the stand-in of the point."""
    key = read_key(home)
    made = pseudonyms.stand_in(key, prm)
    register = home / REGISTER_FILE
    rows = _read(home, key) if register.exists() else {}
    rows.setdefault(made, day.isoformat())
    beside = register.with_suffix(".tmp")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
        written = csv.writer(new, delimiter=";", lineterminator="\n")
        written.writerow(_HEADER)
        written.writerows([point, on, _fingerprint(key)] for point, on in sorted(rows.items()))
        new.flush()
        os.fsync(new.fileno())
    beside.replace(register)
    return made


def _read(home: Path, key: bytes) -> dict[str, str]:
    """Return the day on which each point was forgotten, by its stand-in."""
    path = home / REGISTER_FILE
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    if not rows or tuple(rows[0]) != _HEADER or any(len(row) != len(_HEADER) for row in rows):
        raise PrivacyError(f"{path} est abîmé : le remettre depuis une sauvegarde.")
    if any(row[2] != _fingerprint(key) for row in rows[1:]):
        raise PrivacyError(
            f"{home / pseudonyms.KEY_FILE} n'est pas la clé de {REGISTER_FILE} : les participants effacés ne seraient "
            "plus reconnus. La remettre depuis une sauvegarde."
        )
    return {point: on for point, on, _ in rows[1:]}


def _fingerprint(key: bytes) -> str:
    return pseudonyms.pseudonym(key, "cle", "")
