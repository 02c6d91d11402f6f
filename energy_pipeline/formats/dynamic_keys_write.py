"""Writing Annexe 5, the dynamic keys that an organiser sends to Enedis (convention §11.5.1)."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.formats.dynamic_keys import labels_of, written_labels

FIRST_COLUMN = "Horodate"
WHOLE = 10_000
"""100,00 % in hundredths of a percent."""


def file_name(operation_id: str, period_start: date, period_end: date, step_minutes: int) -> str:
    """Return `ACC00000001_15_01112024_30112024.txt`."""
    return f"{operation_id}_{step_minutes}_{period_start:%d%m%Y}_{period_end:%d%m%Y}.txt"


def write(
    consumers: Sequence[str], key: NDArray[np.int32], period_start: date, period_end: date, step_minutes: int
) -> bytes:
    """Return an Annexe 5 file. `key`: (consumers, steps of the period), in hundredths of a percent.

    Raises ValueError when the shape does not fit the period or a step exceeds 100,00 %.
    """
    stamps = written_labels(labels_of(period_start, period_end, step_minutes))
    if key.shape != (len(consumers), len(stamps)):
        raise ValueError(f"{key.shape} is not {len(consumers)} consumers × {len(stamps)} steps")
    if (key < 0).any() or (key.sum(axis=0) > WHOLE).any():
        raise ValueError("a share is negative, or the sum of a step exceeds 100,00 %")
    words = np.array([percent(share) for share in range(WHOLE + 1)], dtype=object)
    lines = [";".join((FIRST_COLUMN, *consumers))]
    lines += [";".join((stamp, *shares)) for stamp, shares in zip(stamps, words[key.T].tolist(), strict=True)]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def percent(share: int) -> str:
    """Return hundredths of a percent as written: 5081 is `50,81`."""
    return f"{share // 100},{share % 100:02d}"
