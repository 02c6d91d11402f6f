"""Of a month that is pending again, only the operations of which something changed are computed again, and reduced."""

import shutil
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assets.allocation import allocation
from assets.landing import files
from assets.metering import perimeter
from assets.partitions import months_tags
from assets.reconciliation import findings
from assets.resources import Installation, Warehouse
from energy_pipeline import program, warehouse
from energy_pipeline.tables import computed
from energy_pipeline.tables.reductions import REDUCTIONS
from tests import arrivals

SEPTEMBER = "2025-09-01"
ONE, OTHER = "ACC00000001", "ACC00000002"
PERIOD = (date(2025, 9, 1), date(2025, 9, 3))
OTHER_HALL, OTHER_ROOF = "30001000000301", "30001000000302"


class House:
    """An inbox of two operations, and its home."""

    def __init__(self, root: Path, inbox: Path | None = None):
        self.inbox = root / "inbox"
        if inbox:
            shutil.copytree(inbox, self.inbox)
        self.installation = Installation(inbox=str(self.inbox), home=str(root / "home"))
        self.database = Warehouse(database=str(self.installation.home_folders().warehouse))
        self.instance = dg.DagsterInstance.ephemeral()

    def drop(self, folder: str, contents: dict[str, bytes]) -> None:
        (self.inbox / folder).mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (self.inbox / folder / name).write_bytes(content)

    def land(self) -> None:
        files(dg.build_asset_context(instance=self.instance), installation=self.installation, database=self.database)

    def compute(self) -> int:
        """Land, compute September; return how many operations were."""
        self.land()
        perimeter(database=self.database)
        context = dg.build_asset_context(partition_key=SEPTEMBER, instance=self.instance)
        return allocation(context, database=self.database).metadata["opérations recalculées"]

    def computed(self) -> dict[str, list[str]]:
        with self.database.get_connection() as connection:
            return {
                table.name: sorted(map(repr, warehouse.query(connection, f"FROM {table.qualified_name}").rows()))
                for table in computed.TABLES
                if table is not computed.INPUT
            }


@pytest.fixture
def house(tmp_path) -> House:
    made = House(tmp_path / "house")
    made.drop(f"{ONE}_1", arrivals.raw(PERIOD))
    made.drop(f"{OTHER}_1", {
        f"{arrivals.stem(OTHER_HALL, PERIOD)}_Conso_CDC.csv": arrivals.curve(PERIOD, 700),
        f"{arrivals.stem(OTHER_ROOF, PERIOD)}_Prod_CDC.csv": arrivals.curve(PERIOD, 300),
    })  # fmt: skip
    assert made.compute() == 2
    return made


def test_when_nothing_changed_nothing_is_computed_and_nothing_is_lost(house):
    before = house.computed()
    assert {row for row in before["curve"] if ONE in row} and {row for row in before["curve"] if OTHER in row}
    assert house.compute() == 0
    assert house.computed() == before


def test_a_curve_published_again_has_its_operation_computed_and_the_outcome_is_that_of_a_new_home(house, tmp_path):
    house.drop(f"{OTHER}_2", {f"{arrivals.stem(OTHER_HALL, PERIOD)}_Conso_CDC.csv": arrivals.curve(PERIOD, 900)})
    before = house.computed()
    assert house.compute() == 1
    new = House(tmp_path / "new", house.inbox)
    assert new.compute() == 2
    assert house.computed() == new.computed()
    assert {row for row in before["curve"] if ONE in row} <= set(house.computed()["curve"])
    assert house.computed()["curve"] != before["curve"]


def test_what_is_declared_of_an_operation_has_it_computed_and_another_program_all(house, monkeypatch):
    (house.inbox / "operations.toml").write_text(f'[{ONE}]\nname = "Soleil"\nkey_type = "static"\n')
    assert house.compute() == 1
    monkeypatch.setattr(program, "digest", lambda: "better")
    assert house.compute() == 2


def test_an_operation_without_files_any_more_goes(house):
    with house.database.get_connection() as connection:
        connection.execute("DELETE FROM landing.file WHERE operation_id = $id", {"id": OTHER})
    shutil.rmtree(house.inbox / f"{OTHER}_1")
    assert house.compute() == 0
    assert not [row for rows in house.computed().values() for row in rows if OTHER in row]
    assert [row for row in house.computed()["curve"] if ONE in row]


@pytest.mark.parametrize("is_longer_first", [True, False])
def test_a_period_that_now_ends_in_another_month_is_that_of_a_new_home(tmp_path, is_longer_first):
    short, long = (date(2025, 9, 28), date(2025, 9, 30)), (date(2025, 9, 28), date(2025, 10, 3))
    lone = {f"{arrivals.stem(arrivals.HALL, long)}_Complement_CDC.csv": arrivals.curve(short, 9)}
    # One misnamed file, then all the others; or a month, then two at once.
    first, then = (lone, arrivals.raw(short)) if is_longer_first else (arrivals.raw(short), arrivals.raw(long))

    def compute(some: House) -> None:
        files(dg.build_asset_context(instance=some.instance), installation=some.installation, database=some.database)
        perimeter(database=some.database)
        asked = dg.materialize([allocation], resources={"database": some.database}, selection=[allocation],
                               tags=months_tags([date(2025, 9, 1), date(2025, 10, 1)]))  # fmt: skip
        assert asked.success

    house = House(tmp_path / "house")
    house.drop(f"{ONE}_1", first)
    compute(house)
    house.drop(f"{ONE}_2", then)
    compute(house)
    new = House(tmp_path / "new", house.inbox)
    compute(new)
    assert house.computed() == new.computed()
    assert new.computed()["curve"]


def reductions(house) -> dict[str, list[str]]:
    return {name: rows for name, rows in house.computed().items() if name in {table.name for table in REDUCTIONS}}


def judge(house) -> None:
    context = dg.build_asset_context(partition_key=SEPTEMBER, instance=house.instance)
    findings(context, database=house.database)


def test_curves_are_reduced_with_their_split_and_again_by_another_program_or_where_they_never_were(house, monkeypatch):
    before = reductions(house)
    assert all(before[table] for table in ("consumer_day", "series_total"))
    judge(house)
    assert reductions(house) == before
    with house.database.get_connection() as connection:
        connection.execute("UPDATE computed.consumer_day SET consumption_kwh = 0")
    judge(house)
    assert reductions(house) != before, "what is kept is not made again"
    monkeypatch.setattr(program, "digest", lambda: "better")
    judge(house)
    assert reductions(house) == before
    with house.database.get_connection() as connection:
        connection.execute(f"DELETE FROM computed.reduced WHERE operation_id = '{ONE}'")
        connection.execute(f"DELETE FROM computed.consumer_day WHERE operation_id = '{ONE}'")
    judge(house)
    assert reductions(house) == before
