"""Believable consumption: what kind of site it is, and its curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.demo.calendar import Clock

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Profile:
    """A kind of site: its contract and the shape of its days (24 hourly weights, open and closed)."""

    names: tuple[str, ...]
    annual_mwh: float
    segment: str
    calendar: str
    tariff: str
    kva: int
    day_weight: float
    """Part of the consumption that falls in the hours of the sun: what a good static key follows."""
    open_day: tuple[float, ...]
    closed_day: tuple[float, ...]
    heating: float = 0.25
    """Swing between summer and winter."""
    noise: float = 0.08
    follows_school: bool = False
    is_public: bool = True


def _hours(*stretches: tuple[int, float]) -> tuple[float, ...]:
    """Return 24 weights from (hour, weight) pairs, each holding until the next hour given."""
    starts = [hour for hour, _ in stretches] + [24]
    return tuple(weight for (start, weight), end in zip(stretches, starts[1:], strict=True)
                 for _ in range(end - start))  # fmt: skip


_IDLE = _hours((0, 0.22))
_OFFICE = _hours((0, 0.2), (7, 0.6), (8, 1.0), (12, 0.8), (14, 1.0), (18, 0.45), (20, 0.22))
_HOME = _hours(
    (0, 0.35), (6, 0.8), (8, 0.6), (11, 0.8), (14, 0.5), (17, 0.9), (18, 1.4), (19, 1.7), (21, 1.0), (23, 0.5)
)
_HOME_OFF = _hours((0, 0.38), (8, 0.8), (11, 1.2), (14, 0.8), (17, 1.0), (19, 1.6), (21, 1.0), (23, 0.5))

PROFILES = {
    "school": Profile(
        ("École élémentaire Louise-Aubrac", "Groupe scolaire des Tilleuls", "École maternelle du Verger"), 45, "C5",
        "HPHC", "MUDT", 36, 0.75,
        _hours((0, 0.18), (6, 0.55), (8, 1.0), (11, 1.35), (13, 1.0), (17, 0.5), (19, 0.2)), _hours((0, 0.17)),
        0.35, follows_school=True,
    ),
    "town_hall": Profile(
        ("Hôtel de ville", "Mairie annexe", "Mairie"), 32, "C5", "BASE", "CUST", 30, 0.7, _OFFICE, _IDLE, 0.3,
    ),
    "gymnasium": Profile(
        ("Gymnase des Marronniers", "Complexe sportif", "Salle omnisports"), 70, "C4", "4P", "BTSUPCU", 48, 0.5,
        _hours((0, 0.25), (8, 0.8), (12, 0.6), (14, 0.9), (17, 1.3), (22, 0.35)),
        _hours((0, 0.25), (9, 0.7), (19, 0.3)), 0.3,
    ),
    "street_lighting": Profile(
        ("Éclairage public secteur Nord", "Éclairage public centre", "Éclairage public secteur Sud"), 38, "C5", "BASE",
        "LU", 18, 0.03, (), (), 0.0, 0.01,
    ),
    "pumping": Profile(
        ("Station de pompage du Moulin", "Surpresseur des Coteaux", "Forage de la Prairie"), 40, "C5", "HPHC", "MUDT",
        30, 0.45, _hours((0, 1.2), (6, 0.8), (9, 1.0), (17, 1.1), (22, 1.2)), _hours((0, 1.1)), -0.15, 0.05,
    ),
    "treatment_plant": Profile(
        ("Station d'épuration", "Usine de traitement des eaux", "Station de relevage principale"), 120, "C4", "4P",
        "BTSUPCU", 60, 0.45, _hours((0, 0.85), (7, 1.15), (20, 0.95)), _hours((0, 0.85), (9, 1.05), (20, 0.9)), 0.05,
        0.05,
    ),
    "daycare": Profile(
        ("Crèche Les Coccinelles", "Crèche du Parc", "Maison de la petite enfance"), 18, "C5", "BASE", "CUST", 18, 0.75,
        _hours((0, 0.2), (6, 0.7), (8, 1.0), (11, 1.3), (13, 0.9), (18, 0.35), (19, 0.2)), _IDLE, 0.3,
    ),
    "library": Profile(
        ("Médiathèque", "Bibliothèque municipale", "Maison des associations"), 16, "C5", "BASE", "CUST", 18, 0.7,
        _hours((0, 0.2), (9, 0.8), (13, 1.0), (19, 0.3)), _IDLE, 0.3,
    ),
    "workshop": Profile(
        ("Centre technique", "Ateliers municipaux", "Déchèterie"), 28, "C5", "HPHC", "MUDT", 24, 0.7, _OFFICE, _IDLE,
        0.2, 0.15,
    ),
    "sports_hall": Profile(
        ("Salle polyvalente", "Foyer rural", "Salle des fêtes"), 35, "C5", "BASE", "CUST", 36, 0.55,
        _hours((0, 0.25), (9, 0.8), (17, 1.2), (23, 0.3)), _hours((0, 0.3), (10, 1.1), (23, 0.4)), 0.35, 0.15,
    ),
    "retirement_home": Profile(
        ("Résidence autonomie Les Glycines", "EHPAD du Bois-Joli", "Résidence des Aînés"), 140, "C4", "4P", "BTSUPCU",
        72, 0.5, _hours((0, 0.6), (6, 1.0), (8, 1.25), (13, 1.1), (18, 1.3), (21, 0.7)),
        _hours((0, 0.6), (7, 1.0), (9, 1.2), (13, 1.1), (18, 1.25), (21, 0.7)), 0.2, 0.05,
    ),
    "shop": Profile(
        ("Boulangerie de la Place", "Épicerie du Bourg", "Salon de coiffure"), 25, "C5", "BASE", "CUST", 24, 0.6,
        _hours((0, 0.5), (4, 1.4), (8, 1.1), (13, 0.7), (16, 1.0), (20, 0.45)), _hours((0, 0.45), (4, 1.2), (13, 0.45)),
        0.05, 0.12, is_public=False,
    ),
    "housing": Profile(
        ("Logement", "Pavillon", "Appartement"), 5, "C5", "BASE", "CUST", 9, 0.4, _HOME, _HOME_OFF, 0.35, 0.35,
        is_public=False,
    ),
}  # fmt: skip


def _lighting(elevation: Array, steps: Clock) -> Array:
    """Lamps burn from dusk to dawn, at half power in the small hours."""
    night = np.clip((-1.0 - elevation) / 3.0, 0.0, 1.0)
    return night * np.where((steps.quarter >= 92) | (steps.quarter < 22), 0.55, 1.0)


def _shape(profile: Profile, steps: Clock) -> Array:
    """Return the hourly weights of each step, smoothed to quarter-hours, with a mean of about 1."""
    closed_days = steps.is_weekend | steps.is_holiday
    if profile.follows_school:
        closed_days = closed_days | steps.is_school_holiday
    centres = np.arange(-24, 48) + 0.5
    quarters = (np.arange(96) + 0.5) / 4.0
    by_quarter = [np.interp(quarters, centres, np.tile(day, 3)) for day in (profile.open_day, profile.closed_day)]
    mean = (5 * by_quarter[0].mean() + 2 * by_quarter[1].mean()) / 7
    return np.where(closed_days[steps.day], by_quarter[1][steps.quarter], by_quarter[0][steps.quarter]) / mean


def load(profile: Profile, annual_kwh: float, steps: Clock, elevation: Array, rng: np.random.Generator) -> Array:
    """Return the consumption (W) of a site at each step, in thirds of a watt: the mean of three 5-minute readings."""
    mean_w = annual_kwh * 1000.0 / 8766.0
    if profile.open_day:
        shape = _shape(profile, steps)
        season = 1.0 + profile.heating * np.cos(
            2 * np.pi * (np.array([d.timetuple().tm_yday for d in steps.days]) - 20) / 365.25
        )
        shape = shape * season[steps.day]
    else:
        shape = _lighting(elevation, steps) * 2.4
    daily = 1.0 + min(profile.noise, 0.12) * rng.normal(size=len(steps.days)).clip(-2, 2)
    quick = 1.0 + profile.noise * rng.normal(size=steps.size).clip(-2.5, 2.5)
    if profile.noise > 0.3:
        # A household: mostly idle, with appliances that run now and then.
        quick = quick * np.where(rng.random(steps.size) < 0.16, 2.6, 0.72)
    watts = mean_w * shape * daily[steps.day] * quick
    return thirds(np.maximum(watts, 0.0))


def thirds(watts: Array) -> Array:
    """Return `watts` rounded to a third of a watt: whole watts over 5 minutes, averaged over 15."""
    return np.round(watts * 3.0) / 3.0
