from datetime import date

import numpy as np
import pytest

from energy_pipeline.metering import slots
from energy_pipeline.periods import grid
from tests.unit.allocation.batch import SCHOOL

SEPTEMBER = (date(2025, 9, 1), date(2025, 9, 30), 15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22H30-6H30", ((1350, 390),)),
        ("HC (22H00-6H00)", ((1320, 360),)),
        ("12h00-14h00;1h30-7h30", ((720, 840), (90, 450))),
        ("de 23:00 à 7:00", ((1380, 420),)),
        ("0h-8h", ((0, 480),)),
        ("16h00-24h00", ((960, 0),)),
        ("sans objet", None),
        ("30H00-31H00", None),
        (None, None),
    ],
)
def test_off_peak_hours_as_written(text, expected):
    assert slots.parse_windows(text) == expected


def hours_off_peak(period, windows):
    """Off-peak hours of each local day, counted with the labels of the standard library."""
    low = slots.off_peak(windows, *period)[::4]
    found: dict = {}
    for label, is_low in zip(grid.local_hours(*period[:2]), low, strict=True):
        found[label.date()] = found.get(label.date(), 0) + int(is_low)
    return found


def test_off_peak_hours_follow_local_time_on_the_days_of_23_and_25_hours():
    windows = ((1320, 360),)
    spring = hours_off_peak((date(2025, 3, 28), date(2025, 3, 31), 15), windows)
    autumn = hours_off_peak((date(2025, 10, 25), date(2025, 10, 27), 15), windows)
    assert list(spring.values()) == [8, 8, 7, 8]
    assert list(autumn.values()) == [8, 9, 8]


def test_the_four_slots_part_the_steps_and_winter_starts_in_november():
    period = (date(2025, 10, 15), date(2025, 11, 14), 15)
    masks = slots.masks(slots.FOUR, ((1320, 360),), *period)
    assert (masks.sum(axis=0) == 1).all()
    first_of_november = grid.index_of(date(2025, 11, 1), period[0], 15)
    assert masks[:2, :first_of_november].sum() == 0
    assert masks[2:, first_of_november:].sum() == 0


def energies(powers, published=None, site=None, shared=None):
    shared = np.zeros_like(powers) if shared is None else shared
    found = slots.slot_energies(
        [SCHOOL],
        (powers[None], shared[None], (powers - shared)[None]),
        {SCHOOL: published} if published else {},
        {SCHOOL: site} if site else {},
        SEPTEMBER,
    )
    return {each.slot: each for each in found}


def profile():
    """Power that depends on the hour of the day: no two windows hold the same energy."""
    hour = np.arange(2880) // 4 % 24
    return 1000.0 + 37.0 * hour + 11.0 * (hour % 5)


def by_hand(powers, is_low):
    """kWh of the off-peak hours, hour by hour."""
    return sum(power / 4000 for step, power in enumerate(powers.tolist()) if is_low((step // 2 % 48) / 2))


def test_declared_hours_give_declared_energies():
    site = slots.Site(slots.parse_windows("22H30-6H30"), slots.TWO)
    shared = np.full(2880, 400.0)
    found = energies(profile(), site=site, shared=shared)
    assert found["HC"].source == "declared"
    assert found["HC"].consumption_kwh == pytest.approx(by_hand(profile(), lambda hour: hour >= 22.5 or hour < 6.5))
    assert found["HC"].self_consumption_kwh == pytest.approx(0.4 * 8 * 30)
    assert found["HP"].complement_kwh == pytest.approx(found["HP"].consumption_kwh - 0.4 * 16 * 30)


@pytest.mark.parametrize(
    ("windows", "is_low"),
    [
        (((1410, 450),), lambda hour: hour >= 23.5 or hour < 7.5),
        (((750, 840), (60, 450)), lambda hour: 12.5 <= hour < 14 or 1 <= hour < 7.5),
    ],
)
def test_hours_are_inferred_from_the_published_energies(windows, is_low):
    low = by_hand(profile(), is_low)
    published = {"HP": round(profile().sum() / 4000 - low + 0.3, 2), "HC": round(low + 0.2, 2)}
    found = energies(profile(), published)
    assert slots.infer_windows(profile(), published, SEPTEMBER) == windows
    assert found["HC"].source == "inferred"
    assert found["HC"].consumption_kwh == pytest.approx(low)


def test_hours_of_the_list_that_the_published_energies_contradict_are_not_used():
    # The list says 22h30-6h30; Enedis published the energies of 23h30-7h30.
    low = by_hand(profile(), lambda hour: hour >= 23.5 or hour < 7.5)
    site = slots.Site(slots.parse_windows("22H30-6H30"), slots.TWO)
    published = {"HP": round(profile().sum() / 4000 - low + 0.3, 2), "HC": round(low + 0.2, 2)}
    found = energies(profile(), published, site)
    assert (found["HC"].source, found["HC"].off_peak_hours) == ("inferred", "23h30-7h30")
    assert found["HC"].consumption_kwh == pytest.approx(low)
    # Energies whose sum is not that of the curve contradict the curve, not the hours.
    other = energies(profile(), {"HP": 700.0, "HC": 100.0}, site)
    assert (other["HC"].source, other["HC"].off_peak_hours) == ("declared", "22h30-6h30")


@pytest.mark.parametrize("minutes", ["22H30-6H30", "22H26-6H26", "22H34-6H34"])
def test_hours_within_a_step_are_not_contradicted_by_the_energy_of_the_step(minutes):
    low = by_hand(profile(), lambda hour: hour >= 22.5 or hour < 6.5)
    site = slots.Site(slots.parse_windows(minutes), slots.TWO)
    published = {"HP": round(profile().sum() / 4000 - low, 2), "HC": round(low, 2)}
    assert energies(profile(), published, site)["HC"].source == "declared"


def test_hours_are_written_as_they_are_read():
    for windows in (((1350, 390),), ((720, 840), (90, 450)), ((960, 0),)):
        assert slots.parse_windows(slots.written(windows)) == windows


def test_hours_that_nothing_reproduces_are_not_invented():
    found = energies(profile(), {"HP": 700.0, "HC": 100.0})
    assert (found["HC"].source, found["HC"].consumption_kwh) == ("published", None)


def test_a_flat_curve_tells_no_hours():
    flat = np.full(2880, 1000.0)
    assert slots.infer_windows(flat, {"HP": 480.0, "HC": 240.0}, SEPTEMBER) is None


def test_base_needs_no_hours():
    found = energies(profile(), {"BASE": 900.0})
    assert found["BASE"].source == "published"
    assert found["BASE"].consumption_kwh == pytest.approx(profile().sum() / 4000)
    assert energies(profile(), site=slots.Site(None, slots.BASE))["BASE"].source == "declared"


def test_a_consumer_of_whom_nothing_is_known_has_no_slot():
    assert energies(profile()) == {}
