"""Whatever the order in which things arrive, and however many runs read them, the landing knows the same."""

import random
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import arrivals
from tests.unit.landing.deliveries import House

UNITS = arrivals.units()


def landed(runs: list[list[arrivals.Unit]]) -> dict[str, list[str]]:
    """What a warehouse keeps after these runs: the registry, and the rows of each table that its files have."""
    with TemporaryDirectory() as folder:
        inbox = Path(folder) / "inbox"
        inbox.mkdir()
        house = House(inbox, Path(folder) / "quarantine")
        for units in runs:
            arrivals.drop(inbox, units)
            house.land()
        assert house.land() == 0
        refused = sorted(str(path.relative_to(folder)) for path in Path(folder, "quarantine").rglob("*.csv"))
    kept = {"file": house.files, **{name: house.table(name) for name in house.rows if name != "file"}}
    assert kept["file"].select("path", "file_id").is_unique().all()
    return {name: sorted(map(repr, rows.rows())) for name, rows in kept.items()} | {"refused": refused}


AT_ONCE = landed([UNITS])


def test_the_inbox_holds_all_kinds_of_accidents():
    assert len(AT_ONCE["refused"]) == 2
    assert len(AT_ONCE["file"]) == 38
    for status in ("loaded", "superseded", "duplicate", "quarantined"):
        assert any(f"'{status}'" in row for row in AT_ONCE["file"]), status


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(UNITS), cuts=st.sets(st.integers(1, len(UNITS) - 1), max_size=5))
def test_the_order_of_arrival_leaves_no_trace(order, cuts):
    bounds = [0, *sorted(cuts), len(order)]
    runs = [order[first:end] for first, end in pairwise(bounds)]
    assert landed(runs) == AT_ONCE


def test_a_unit_that_arrives_twice_changes_nothing():
    some = random.Random(4).sample(UNITS, 6)
    assert landed([UNITS, some]) == AT_ONCE
