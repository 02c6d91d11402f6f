"""The Dagster side: the definitions load, their jobs cover every asset, checks fail on bad rows, sensors start runs."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from assets import checks
from assets.definitions import build
from assets.jobs import RETRIED
from assets.partitions import MONTHS, key_of, months_of, months_of_run, months_tags
from assets.resources import Installation, Warehouse
from assets.schedules import after_publication
from assets.sensors import SERVED_SINCE, inbox, pending_months
from energy_pipeline import warehouse
from energy_pipeline.tables import computed, landing, marts, schemas

MONTH = date(2025, 9, 1)


@pytest.fixture
def database(tmp_path: Path) -> Warehouse:
    return Warehouse(database=str(tmp_path / "home" / "warehouse" / "energy.duckdb"))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "inbox").mkdir()
    return Installation(inbox=str(tmp_path / "inbox"), home=str(tmp_path / "home"))


def test_the_definitions_load_and_every_asset_is_described_owned_and_grouped():
    definitions = build("inbox", "home", "energy.duckdb")
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert {"files", "perimeter", "allocation", "indicators", "invoices", "findings", "publication", "reports"} <= keys
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description and node.group_name != "default" and node.owners


def test_each_mart_is_written_by_one_asset_that_says_so():
    graph = build("inbox", "home", "energy.duckdb").resolve_asset_graph()
    told = [graph.get(key).metadata.get("tables", "") for key in graph.get_all_asset_keys()]
    written = Counter(name for tables in told for name in tables.split(", "))
    wrong = [table.name for table in marts.TABLES if written[table.qualified_name] != 1]
    assert not wrong, "fill them in an asset, and name them in its `described`"


def test_months_follow_the_civil_calendar_of_paris():
    assert MONTHS.has_partition_key(key_of(date(2025, 3, 1)))
    assert MONTHS.timezone == "Europe/Paris"


def check_named(name: str) -> dg.AssetChecksDefinition:
    return next(check for check in checks.CHECKS if {key.name for key in check.check_keys} == {name})


def fill_split(database: Warehouse, *, consumer_share: float) -> None:
    """One step, one producer of 100 W, one consumer of 80 W that is given `consumer_share`."""
    period = {
        "operation_id": "ACC00000001", "period_start": MONTH, "period_end": date(2025, 9, 30), "month": MONTH,
        "step_minutes": 15, "steps_expected": 2, "steps_estimated": 0, "steps_missing": 0,
    }  # fmt: skip
    common = {"operation_id": "ACC00000001", "period_start": MONTH, "step_minutes": 15, "quality": [1]}
    producer = common | {
        "prm": "30001000000001", "role": "producer", "measured_w": [100.0], "self_consumption_w": [60.0],
        "remainder_w": [40.0],
    }  # fmt: skip
    consumer = common | {
        "prm": "30001000000002", "role": "consumer", "measured_w": [80.0], "self_consumption_w": [consumer_share],
        "remainder_w": [80.0 - consumer_share],
    }  # fmt: skip
    with database.get_connection() as connection:
        warehouse.insert(connection, computed.OPERATION_PERIOD, schemas.frame(computed.OPERATION_PERIOD, [period]))
        warehouse.insert(connection, computed.CURVE, schemas.frame(computed.CURVE, [producer, consumer]))
        warehouse.insert(connection, landing.PENDING_MONTH, schemas.frame(landing.PENDING_MONTH, [{"month": MONTH}]))


@pytest.mark.parametrize(("consumer_share", "passed"), [(60.0, True), (59.0, False)])
def test_energy_that_vanishes_blocks_the_publication(database, consumer_share, passed):
    fill_split(database, consumer_share=consumer_share)
    result = check_named("energy_is_conserved_at_each_step")(database=database)
    assert result.passed is passed


def test_overlapping_stays_block_the_publication(database):
    stay = {
        "operation_id": "ACC00000001", "prm": "30001000000002", "role": "consumer", "valid_from": MONTH,
        "role_source": "annexe2",
    }  # fmt: skip
    with database.get_connection() as connection:
        warehouse.insert(connection, marts.PARTICIPANT, schemas.frame(marts.PARTICIPANT, [stay]))
    check = check_named("stays_of_a_participant_do_not_overlap")
    assert check(database=database).passed
    with database.get_connection() as connection:
        later = schemas.frame(marts.PARTICIPANT, [stay | {"valid_from": date(2025, 9, 10)}])
        warehouse.insert(connection, marts.PARTICIPANT, later)
    assert not check(database=database).passed


def test_a_total_that_is_not_the_sum_of_its_participants_blocks_the_publication(database):
    common = {
        "operation_id": "ACC00000001", "period_start": MONTH, "period_end": date(2025, 9, 30), "month": MONTH,
    }  # fmt: skip
    steps = {"steps_expected": 1, "steps_estimated": 0, "steps_missing": 0}
    check = check_named("totals_are_the_sums_of_their_participants")
    with database.get_connection() as connection:
        rows = {
            marts.OPERATION_MONTH: common | steps | {"self_consumption_kwh": 60.0},
            marts.PRODUCER_MONTH: common | {"prm": "30001000000001", "self_produced_kwh": 60.0},
            marts.EXCHANGE_MONTH: common
            | {"producer_prm": "30001000000001", "consumer_prm": "30001000000002", "energy_kwh": 60.0},
            landing.PENDING_MONTH: {"month": MONTH},
        }
        for table, row in rows.items():
            warehouse.insert(connection, table, schemas.frame(table, [row]))
    assert check(database=database).passed
    with database.get_connection() as connection:
        connection.execute("UPDATE marts.exchange_month SET energy_kwh = 59")
    assert not check(database=database).passed


def test_a_mart_that_breaks_its_schema_blocks_the_publication(database):
    row = {
        "operation_id": "ACC00000001", "period_start": MONTH, "period_end": date(2025, 9, 30), "month": MONTH,
        "prm": "30001000000001", "published_source": "curve",
    }  # fmt: skip
    check = check_named("marts_obey_their_schema")
    with database.get_connection() as connection:
        warehouse.insert(connection, marts.PRODUCER_MONTH, schemas.frame(marts.PRODUCER_MONTH, [row]))
        warehouse.insert(connection, landing.PENDING_MONTH, schemas.frame(landing.PENDING_MONTH, [{"month": MONTH}]))
    assert check(database=database).passed
    with database.get_connection() as connection:
        connection.execute("UPDATE marts.producer_month SET published_source = 'hearsay'")
    assert not check(database=database).passed


def test_what_is_to_be_claimed_is_told_in_french_with_its_euros(database):
    row = {
        "finding_id": "0" * 16, "check_name": "over_billed", "severity": "error", "party": "supplier", "month": MONTH,
        "amount_eur": Decimal("120.87"), "evidence": "[]", "message": "",
    }  # fmt: skip
    check = check_named("no_finding_is_an_error")
    assert check(database=database).passed
    with database.get_connection() as connection:
        warehouse.insert(connection, landing.PENDING_MONTH, schemas.frame(landing.PENDING_MONTH, [{"month": MONTH}]))
        warehouse.insert(connection, marts.FINDING, schemas.frame(marts.FINDING, [row]))
    result = check(database=database)
    assert not result.passed
    assert result.metadata["constats"].value == 1
    told = result.metadata["détail"].value.replace("\u00a0", " ").splitlines()[-1]
    assert told.endswith("| Fournisseur | 1 | 120,87 € |")
    assert "over_billed" not in told


def test_refused_files_warn_and_do_not_block(database):
    row = {
        "file_id": "f", "path": "a.csv", "name": "a.csv", "delivery": "", "size_bytes": 1, "status": "quarantined",
        "received_at": datetime(2025, 10, 8, tzinfo=UTC), "reason": "illisible", "reason_line": 200,
    }  # fmt: skip
    check = check_named("no_file_is_refused")
    assert check(database=database).passed
    with database.get_connection() as connection:
        warehouse.insert(connection, landing.FILE, schemas.frame(landing.FILE, [row]))
    result = check(database=database)
    assert not result.passed
    assert result.severity == dg.AssetCheckSeverity.WARN
    assert result.metadata["fichiers refusés"].value == 1
    assert result.metadata["raisons"].value.splitlines()[-1] == "| a.csv | illisible | 200 |  |  |"
    assert not any(spec.blocking for spec in check.check_specs)


def test_the_inbox_sensor_waits_until_files_stop_arriving(installation):
    def evaluate(cursor: str | None) -> dg.SensorResult | dg.SkipReason:
        context = dg.build_sensor_context(cursor=cursor, resources={"installation": installation})
        return inbox(context)

    folder = installation.inbox_path()
    (folder / "a.csv").write_text("x")
    first = evaluate(None)
    assert first.run_requests is None or not first.run_requests
    second = evaluate(first.cursor)
    assert len(second.run_requests) == 1
    assert isinstance(evaluate(second.cursor), dg.SkipReason)
    (folder / "b.csv").write_text("y")
    third = evaluate(second.cursor)
    assert not third.run_requests
    assert len(evaluate(third.cursor).run_requests) == 1


def leave_pending(database: Warehouse, *months: date) -> None:
    with database.get_connection() as connection:
        for month in months:
            warehouse.insert(
                connection, landing.PENDING_MONTH, schemas.frame(landing.PENDING_MONTH, [{"month": month}])
            )


def test_pending_months_start_one_run_for_all_of_them(installation, database, tmp_path):
    installation.home_folders()
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        context = dg.build_sensor_context(instance=instance, resources={"installation": installation})
        assert isinstance(pending_months(context), dg.SkipReason)
        leave_pending(database, date(2025, 9, 1), date(2025, 11, 1))
        [request] = pending_months(context).run_requests
        assert request.tags["dagster/asset_partition_range_start"] == "2025-09-01"
        assert request.tags["dagster/asset_partition_range_end"] == "2025-11-01"
        assert months_of(request.tags) == (date(2025, 9, 1), date(2025, 11, 1))


@pytest.mark.parametrize(
    "tags, computed_months",
    [
        (months_tags([date(2025, 9, 1), date(2026, 1, 1)]), ["2025-09-01", "2026-01-01"]),
        (months_tags([date(2025, 9, 1)]), ["2025-09-01"]),
        (
            {"dagster/asset_partition_range_start": "2025-09-01", "dagster/asset_partition_range_end": "2025-11-01"},
            ["2025-09-01", "2025-10-01", "2025-11-01"],
        ),
    ],
)
def test_a_run_computes_the_months_that_are_pending_and_a_backfill_all_that_were_asked(tags, computed_months):
    @dg.asset(partitions_def=MONTHS, backfill_policy=dg.BackfillPolicy.single_run())
    def asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"months": " ".join(map(str, months_of_run(context)))})

    [event, *_] = dg.materialize([asset], tags=tags).asset_materializations_for_node("asset")
    assert event.metadata["months"].value.split() == computed_months


@dg.job
def by_hand():
    """What a person starts in the interface."""


def test_months_whose_run_failed_wait_for_another_run_to_succeed(installation, database, tmp_path, monkeypatch):
    installation.home_folders()
    leave_pending(database, MONTH)
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        context = dg.build_sensor_context(instance=instance, resources={"installation": installation})

        def asked() -> str | None:
            [request] = pending_months(context).run_requests
            return request.run_key

        run = instance.create_run_for_job(by_hand, status=dg.DagsterRunStatus.STARTED)
        assert "going on" in pending_months(context).skip_message
        instance.report_run_failed(run)
        first = asked()
        assert asked() == first  # Dagster starts a key once: what failed is not started for ever
        assert by_hand.execute_in_process(instance=instance).success
        assert (second := asked()) != first
        monkeypatch.setenv(SERVED_SINCE, "a restart")
        assert asked() not in {first, second}


def publish(installation: Installation, *due: tuple[str, str, str]) -> None:
    """Publish deadlines of results: operation, due day, first day of the period."""
    rows = [
        {
            "operation_id": operation_id, "kind": "results", "party": "enedis", "title": "", "description": "",
            "article": "5.2.2", "due_on": date.fromisoformat(due_on), "period_start": date.fromisoformat(start),
            "period_end": date.fromisoformat(due_on) - timedelta(days=8),
        }
        for operation_id, due_on, start in due
    ]  # fmt: skip
    with warehouse.connect(installation.home_folders().publication) as connection:
        warehouse.create(connection, marts.TABLES)
        warehouse.insert(connection, marts.DEADLINE, schemas.frame(marts.DEADLINE, rows))


def test_a_landing_the_day_after_each_operation_is_published(installation):
    def evaluate(instant: str) -> dg.RunRequest | dg.SkipReason:
        at = datetime.fromisoformat(instant)
        return after_publication(
            dg.build_schedule_context(scheduled_execution_time=at, resources={"installation": installation})
        )

    assert "Nothing is published yet" in evaluate("2025-11-09T05:00:00+00:00").skip_message
    publish(
        installation,
        ("ACC00000001", "2025-11-08", "2025-10-01"), ("ACC00000002", "2025-11-22", "2025-10-15"),
        ("ACC00000003", "2025-11-08", "2025-10-01"),
    )  # fmt: skip
    request = evaluate("2025-11-09T05:00:00+00:00")
    assert request.tags == RETRIED | {
        "energy_pipeline/ACC00000001": "2025-10-01/2025-10-31",
        "energy_pipeline/ACC00000003": "2025-10-01/2025-10-31",
    }
    # 23:30 in London is the day after in Paris.
    assert "energy_pipeline/ACC00000002" in evaluate("2025-11-22T23:30:00+00:00").tags
    assert "No operation's results were due on 2025-11-09" in evaluate("2025-11-10T05:00:00+00:00").skip_message
