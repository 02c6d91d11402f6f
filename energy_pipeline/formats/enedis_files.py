"""Writing the csv of Annexe 6 as Enedis writes them (convention §11.6.1): curves, energies, details, perimeter."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.periods import grid

SERIES_WORDS = {
    "consumption": "Conso", "production": "Prod", "self_consumption": "Autoconso", "self_produced": "Autoprod",
    "surplus": "Surplus", "complement": "Complement",
}  # fmt: skip
PERIMETER_NAME = "Perimetre_Participants.csv"
_FOREVER = "31/12/9999"


def period_words(period_start: date, period_end: date) -> str:
    """Return the period as names bear it: `01112024_30112024`."""
    return f"{period_start:%d%m%Y}_{period_end:%d%m%Y}"


def curve_name(point: str, period_start: date, period_end: date, series: str) -> str:
    """Return the name of a load curve; `point` is a PRM, or the convention's number."""
    return f"{point}_{period_words(period_start, period_end)}_{SERIES_WORDS[series]}_CDC.csv"


def energy_name(point: str, period_start: date, period_end: date, series: str) -> str:
    """Return the name of an energy file."""
    return f"{point}_{period_words(period_start, period_end)}_{SERIES_WORDS[series]}_Energie.csv"


def detail_name(producer: str, period_start: date, period_end: date) -> str:
    """Return the name of what a producer shared with each consumer."""
    return f"{producer}_{period_words(period_start, period_end)}_Autoprod_Detail.csv"


@lru_cache(maxsize=16)
def _hours(period_start: date, period_end: date) -> tuple[str, ...]:
    return tuple(f"{hour:%d/%m/%Y %H:%M}" for hour in grid.local_hours(period_start, period_end))


def write_curve(watts: NDArray[np.floating], period_start: date, period_end: date) -> bytes:
    """Return a load curve, a row an hour: whole watts, cut and not rounded as Enedis does, empty where NaN.

    `watts`: (steps of the period,), of 15 or 30 minutes. Raises ValueError for another length.
    """
    hours = _hours(period_start, period_end)
    width, rest = divmod(len(watts), len(hours))
    if width not in (2, 4) or rest:
        raise ValueError(f"{len(watts)} steps are not 2 or 4 for each of {len(hours)} hours")
    rows = np.asarray(watts, dtype=np.float64).reshape(-1, width).tolist()
    return _encoded(
        (hour, *("" if value != value else str(int(value)) for value in row))  # noqa: PLR0124 - NaN
        for hour, row in zip(hours, rows, strict=True)
    )


def write_energy(slots: Mapping[str, float | None]) -> bytes:
    """Return an energy file: kWh with two decimals per slot."""
    return _encoded((slot, _kwh(energy)) for slot, energy in slots.items())


def write_detail(shared: Mapping[str, float | None]) -> bytes:
    """Return what a producer shared with each consumer, kWh by PRM."""
    return _encoded([("PRM CONS", "AUTOCONSO (kWh)"), *((prm, _kwh(energy)) for prm, energy in shared.items())])


def write_perimeter(stays: Iterable[tuple[str, date, date | None]]) -> bytes:
    """Return the participants: (PRM, first day, first day that no longer counts or None)."""
    header = ("PRM", "Date debut rattachement", "Date fin rattachement")
    rows = ((prm, f"{start:%d/%m/%Y}", f"{end:%d/%m/%Y}" if end else _FOREVER) for prm, start, end in stays)
    return _encoded([header, *rows])


def _kwh(energy: float | None) -> str:
    return "" if energy is None else f"{energy:.2f}".replace(".", ",")


def _encoded(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(";".join(row) + ";\r\n" for row in rows).encode("ascii")
