"""A publication of an earlier release, damaged or gone: the next run makes it again, though nothing is new."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from energy_pipeline import warehouse
from energy_pipeline.publication import publish
from energy_pipeline.settings import Home
from tests import arrivals
from tests.integration.test_allocation_again import ONE, PERIOD, House

SEPTEMBER = date(2025, 9, 1)


def without_a_column(publication: Path) -> None:
    with duckdb.connect(str(publication)) as connection:
        connection.execute("ALTER TABLE marts.consumer_month DROP COLUMN complement_kwh")


def without_a_table(publication: Path) -> None:
    with duckdb.connect(str(publication)) as connection:
        connection.execute("DROP TABLE marts.claim")


def damaged(publication: Path) -> None:
    publication.write_bytes(b"no database")


def gone(publication: Path) -> None:
    publication.unlink()


def pending(house: House) -> list[date]:
    with house.database.get_connection() as connection:
        return warehouse.query(connection, "SELECT month FROM landing.pending_month")["month"].to_list()


def landed_again(house: House) -> list[date]:
    """Take the months as computed, land again, and return those that are pending then."""
    with house.database.get_connection() as connection:
        connection.execute("DELETE FROM landing.pending_month")
    house.land()
    return pending(house)


@pytest.fixture
def published(tmp_path: Path) -> tuple[House, Home]:
    house = House(tmp_path / "house")
    house.drop(f"{ONE}_1", arrivals.raw(PERIOD))
    house.compute()
    home = house.installation.home_folders()
    publish(home, run_id="1", published_at=datetime(2025, 11, 1, tzinfo=UTC), version="0")
    return house, home


def test_a_publication_that_holds_all_is_left(published):
    assert landed_again(published[0]) == []


@pytest.mark.parametrize("change", [without_a_column, without_a_table, damaged, gone])
def test_the_last_month_is_pending_where_it_does_not(published, change: Callable[[Path], None]):
    house, home = published
    change(home.publication.resolve())
    assert landed_again(house) == [SEPTEMBER]
    publish(home, run_id="2", published_at=datetime(2025, 11, 2, tzinfo=UTC), version="0")
    assert landed_again(house) == []
