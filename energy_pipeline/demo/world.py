"""The fictitious communes, their operations, sites, plants and keys. Nothing here exists."""

import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from energy_pipeline.demo.calendar import add_months, period
from energy_pipeline.demo.loads import PROFILES
from energy_pipeline.demo.model import Boiler, Faults, Keys, Operation, Plant, Site
from energy_pipeline.demo.weather import AZIMUTHS

KEY_TYPES = ("static", "default", "dynamic")
MIXES = {
    "static": (
        "school", "town_hall", "street_lighting", "housing", "gymnasium", "housing", "pumping", "daycare", "library",
        "housing", "workshop", "shop",
    ),
    "default": (
        "treatment_plant", "school", "pumping", "town_hall", "housing", "sports_hall", "workshop", "street_lighting",
        "library", "housing", "daycare", "shop",
    ),
    "dynamic": (
        "retirement_home", "school", "housing", "library", "shop", "daycare", "town_hall", "housing", "sports_hall",
        "workshop", "housing", "pumping",
    ),
}  # fmt: skip
ANNIVERSARY_DAYS = {"static": 1, "default": 15, "dynamic": 1}
OFF_PEAK = (((88, 24),), ((90, 26),), ((2, 26), (54, 58)))
"""22H00-6H00; 22H30-6H30; 0H30-6H30 and 13H30-14H30."""

_COMMUNES = ("Valsereine", "Pont-l'Abbesse", "Haute-Combe-le-Lac")
_ORGANISERS = ("Commune de Valsereine", "Syndicat des Trois Rivières", "Régie de Haute-Combe")
_NAMES = ("Soleil de Valsereine", "Eaux et soleil des Trois Rivières", "Énergie partagée de Haute-Combe")
_FIRST = ("Mont", "Roche", "Clair", "Bel", "Font", "Ville", "Champ", "Pré", "Bois", "Haute")
_SECOND = ("aubier", "serein", "vallon", "noisette", "fauvette", "brume", "lierre", "marjolaine", "genêt", "sorbier")
_STREETS = (
    "rue des Tilleuls", "place de la Mairie", "chemin du Moulin", "avenue du Stade", "rue des Fauvettes",
    "impasse du Lavoir", "route de la Combe", "allée des Vergers",
)  # fmt: skip
_PEOPLE = ("Mme Armelle Vautrin", "M. Basile Ormond", "Mme Clélia Ferrandin", "M. Damien Quillery", "Mme Élise Tournoy")

Place = tuple[str, str, str, str]
"""Organiser, its SIRET, post code and commune, domain of its addresses."""

_JOINER, _LEAVER = 5, 3
ENTRY_DAY, EXIT_DAY = 9, 19
"""Days of the month, from 0, on which a participant joins, and from which another no longer counts."""


def siret(serial: int) -> str:
    """Return a SIRET that does not exist (SIREN in 999) but whose check digit is right."""
    body = f"999{serial:05d}"
    siren = body + _luhn(body)
    return siren + "0001" + _luhn(siren + "0001")


def _luhn(body: str) -> str:
    doubled = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(body))]
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "".join(c if c.isalnum() else "-" for c in plain)


def prm(operation: int, serial: int) -> str:
    """Return a fictitious PRM: the prefix 30001, then the operation and the serial number."""
    return f"30001{operation:04d}{serial:05d}"


def _site(operation: int, serial: int, kind: str, place: Place, *, rng: np.random.Generator, since: date) -> Site:
    profile = PROFILES[kind]
    organiser, organiser_siret, city, domain = place
    round_ = serial // 100
    turn = (operation + serial) % 3
    person = _PEOPLE[(operation + serial) % len(_PEOPLE)]
    holder = organiser if profile.is_public else (f"{profile.names[turn]} SARL" if kind == "shop" else person)
    name = profile.names[turn] if kind != "housing" else f"{profile.names[turn]} {person.split()[-1]}"
    two_slots = profile.calendar == "HPHC" or (kind == "housing" and serial % 2 == 1)
    off_peak = OFF_PEAK[turn] if two_slots else OFF_PEAK[0] if profile.calendar == "4P" else ()
    return Site(
        prm=prm(operation, serial),
        name=name if round_ in (1, 500) else f"{name} {round_}",
        profile=kind,
        holder=holder,
        siret=organiser_siret if profile.is_public else siret((operation * 100 + serial % 100) % 80000 + 20000),
        address=f"{serial % 90 + 1} {_STREETS[serial % len(_STREETS)]} {city}",
        email=f"contact@{domain}" if profile.is_public else f"client{serial}@courriel.example",
        is_public=profile.is_public,
        segment=profile.segment,
        calendar="HPHC" if two_slots else profile.calendar,
        off_peak=off_peak,
        tariff="MUDT" if two_slots and not profile.is_public else profile.tariff,
        kva=profile.kva,
        annual_kwh=round(profile.annual_mwh * 1000 * float(rng.uniform(0.85, 1.15))),
        valid_from=since,
    )


def _hundredths(weights: list[float], total: int) -> tuple[int, ...]:
    """Return `weights` as whole hundredths of a percent that add up to at most `total`."""
    whole = sum(weights)
    return tuple(int(total * weight / whole) for weight in weights)


def _static_keys(sites: tuple[Site, ...], index: int, first: date, months: int) -> tuple[Keys, ...]:
    """Return the versions of the keys: by annual consumption first, then by what is used while the sun shines."""
    by_year = [site.annual_kwh * (site.valid_from < first) for site in sites]
    by_day = [site.annual_kwh * PROFILES[site.profile].day_weight for site in sites]
    declared = add_months(first, -6)
    if index:
        return (Keys(declared, _hundredths(by_day, 10000)),)
    return (
        Keys(declared, _hundredths(by_year, 9000)),
        Keys(add_months(first, max(0, min(1, months - 2))), _hundredths(by_day, 10000)),
    )


def _plants(
    index: int, count: int, sites: tuple[Site, ...], place: Place, *, has_both: bool, rng: np.random.Generator
) -> tuple[Plant, ...]:
    organiser, organiser_siret, city, domain = place
    peak_kw = sum(site.annual_kwh * (0.12 + 0.32 * PROFILES[site.profile].day_weight) for site in sites) / 1000.0
    roofs = ("Ombrières du parking", "Toiture de l'école", "Toiture du gymnase", "Toiture des ateliers")
    plants = []
    for n in range(count):
        behind = 1 if has_both and n == count - 1 else None
        share = 1.0 / count if behind is None else 1.0 / count + 0.1
        plants.append(
            Plant(
                prm=prm(index + 1, 90000 + n) if behind is None else sites[behind].prm,
                name=roofs[n % len(roofs)] if behind is None else sites[behind].name,
                holder=organiser,
                siret=organiser_siret,
                address=f"{n + 2} {_STREETS[(n + 3) % len(_STREETS)]} {city}",
                email=f"solaire@{domain}",
                peak_kw=round(max(peak_kw * share * float(rng.uniform(0.9, 1.1)), 3.0), 1),
                azimuth=AZIMUTHS[n % len(AZIMUTHS)],
                behind=behind,
            )
        )
    return tuple(plants)


def _first_of(sites: tuple[Site, ...], kinds: tuple[str, ...]) -> int | None:
    found = [n for kind in kinds for n, site in enumerate(sites) if site.profile == kind]
    return found[0] if found else None


def _at(month: int, consumer: int | None) -> tuple[int, int] | None:
    return None if consumer is None else (month, consumer)


def _faults(index: int, sites: tuple[Site, ...], months: int) -> Faults:
    """Return the errors to sow: the first operation of each type has some, the others have none."""
    first, second, last = 0, min(1, months - 1), months - 1
    if index == 0:
        school = _first_of(sites, ("school",))
        return Faults(
            broken_curve=_at(first, _first_of(sites, ("housing",))),
            old_keys=last,
            not_deducted=() if school is None else tuple((m, school) for m in sorted({first, second})),
            total_mismatch=_at(second, _first_of(sites, ("town_hall", "daycare"))),
            credited=_at(first, _first_of(sites, ("street_lighting",))) if months > 1 else None,
            unknown_site=second,
        )
    if index == 1:
        return Faults(
            gap=_at(second, _first_of(sites, ("pumping", "school", "treatment_plant"))),
            energy=_at(first, _first_of(sites, ("town_hall",))),
            synthesis=last,
            estimated=_at(first, _first_of(sites, ("school",))),
        )
    if index == 2:
        return Faults(
            excessive_keys=second,
            over_billed=_at(first, _first_of(sites, ("daycare", "library", "retirement_home"))),
        )
    return Faults()


def operation(index: int, *, consumers: int, producers: int, months: int, first: date, seed: int) -> Operation:
    """Return the operation number `index`, from 0, always the same for the same arguments."""
    rng = np.random.default_rng([seed, index, 1])
    key_type = KEY_TYPES[index % 3]
    day = ANNIVERSARY_DAYS[key_type]
    a, b = _FIRST[index % 10], _SECOND[index // 10 % 10]
    commune = _COMMUNES[index] if index < 3 else f"{a}{b}"
    organiser = _ORGANISERS[index] if index < 3 else f"Commune de {commune}"
    serial = index + 101
    number = siret(serial)
    post_code = f"99{index % 90 + 10:02d}0"
    city = f"{post_code} {commune}"
    domain = f"{_ascii(commune)}.example"
    place = (organiser, number, city, domain)
    start = add_months(first, -6).replace(day=day)
    mix = MIXES[key_type]
    sites = [
        _site(index + 1, 100 * (n // len(mix) + 1) + n % len(mix), mix[n % len(mix)], place, rng=rng, since=start)
        for n in range(consumers)
    ]
    if index == 0 and consumers > _JOINER:
        moves = add_months(first, min(1, months - 1))
        sites[_JOINER] = replace(sites[_JOINER], valid_from=moves + timedelta(days=ENTRY_DAY))
        sites[_LEAVER] = replace(sites[_LEAVER], valid_to=moves + timedelta(days=EXIT_DAY))
    listed = tuple(sites)
    return Operation(
        index=index,
        operation_id=f"ACC{serial:08d}",
        name=_NAMES[index] if index < 3 else f"Soleil de {commune}",
        organiser=organiser,
        siret=number,
        commune=commune,
        post_code=post_code,
        domain=domain,
        key_type=key_type,
        anniversary_day=day,
        start_date=start,
        consumers=listed,
        producers=_plants(
            index,
            producers,
            listed,
            place,
            has_both=key_type == "dynamic" and producers > 1 and consumers > 1,
            rng=rng,
        ),
        others=tuple(
            _site(index + 1, 50000 + n, kind, place, rng=rng, since=start)
            for n, kind in enumerate(("library", "workshop")[: 2 if index < 3 else 1])
        ),
        keys=_static_keys(listed, index, first, months) if key_type == "static" else (),
        faults=_faults(index, listed, months),
    )


def boilers(acc: Operation) -> tuple[Boiler, ...]:
    """Return the points of gas of an organiser."""
    return (
        Boiler(f"99001{acc.index + 1:04d}00001", "Chaufferie de l'école", "T2", 85000),
        Boiler(f"99001{acc.index + 1:04d}00002", "Logement du gardien", "T1", 5400),
    )


def horizon(acc: Operation, first: date, months: int) -> tuple[date, date]:
    """Return the days to simulate: the periods, and the calendar months that are billed."""
    last_month = add_months(first, months - 1)
    start, _ = period(first, acc.anniversary_day)
    return min(start, first), max(period(last_month, acc.anniversary_day)[1], add_months(last_month, 1) - timedelta(1))
