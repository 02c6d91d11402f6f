"""Keys with two decimals of a percent, as integers of hundredths: what Enedis receives (convention §11.2, §11.5)."""

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.formats.dynamic_keys_write import WHOLE

FloatArray = NDArray[np.float64]
Hundredths = NDArray[np.int32]

NOISE = 1e-6
"""A share this close to a whole hundredth is that hundredth: 0.5081 × 10 000 is not exactly 5081 in floating point."""


def hundredths(shares: FloatArray, needs: FloatArray | None = None) -> Hundredths:
    """Return `shares`, fractions (consumers, steps), in hundredths of a percent: each one rounded down or up.

    The sum of a step never exceeds 10 000. As many shares are rounded up as that allows, all of them when there is
    room: flooring would lose up to a hundredth per consumer. The largest remainders come first; `needs`, consumption
    over production of the same shape, puts before them the shares that can use the whole hundredth: one of a consumer
    already served in full would be lost. Raises ValueError for a negative share or a sum above 1.
    """
    exact = shares * WHOLE
    nearest = np.rint(exact)
    exact = np.where(np.abs(exact - nearest) < NOISE, nearest, exact)
    down = np.floor(exact)
    free = WHOLE - down.sum(axis=0)
    if (free < 0).any() or (down < 0).any() or np.isnan(exact).any():
        raise ValueError("shares must be 0 or more, their sum at most 1")
    remainder = exact - down
    useful = np.ones_like(exact) if needs is None else np.round(np.clip(needs * WHOLE - down, 0.0, 1.0), 6)
    useful[remainder == 0] = -1.0
    ranked = np.lexsort((-remainder, -useful), axis=0)
    place = np.empty_like(ranked)
    np.put_along_axis(place, ranked, np.broadcast_to(np.arange(len(shares))[:, None], ranked.shape), axis=0)
    return (down + ((place < free) & (remainder > 0))).astype(np.int32)


def fractions(key: Hundredths) -> FloatArray:
    """Return a key in hundredths of a percent as fractions."""
    return key / WHOLE
