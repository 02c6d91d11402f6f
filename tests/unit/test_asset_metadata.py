"""What Dagster's interface shows of an asset."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from assets import allocation
from assets.metadata import described, lineage, results
from energy_pipeline.reports import IndexEntry, build, standing
from energy_pipeline.reports.portfolio import IndexRow
from energy_pipeline.tables import computed, marts
from tests import publications
from tests.publications import OPERATION


@pytest.fixture
def entry() -> IndexEntry:
    row = IndexRow(
        OPERATION, "Toit | [x](http://example.invalid)", date(2025, 10, 1), date(2025, 10, 1), date(2025, 10, 31),
        production_kwh=1234.5, published_production_kwh=None, self_consumption_kwh=None,
        published_self_consumption_kwh=None, self_consumption_rate=None, published_self_consumption_rate=None,
        self_production_rate=None, published_self_production_rate=None, steps_missing=0, amount_eur=Decimal("135.57"),
        errors=1, findings=2,
    )  # fmt: skip
    return IndexEntry(row, f"2025-10/{OPERATION}")


def told(entry: IndexEntry, address: str | None) -> str:
    shown = results([entry], Path("/srv/home/reports"), address).value
    return str(shown).replace("\u202f", " ").replace("\u00a0", " ").splitlines()[-1]


def test_the_results_of_a_month_have_their_figures_and_the_way_to_the_report(entry):
    page = f"2025-10/{OPERATION}/rapport.html"
    line = told(entry, None)
    assert "| du 01/10/2025 au 31/10/2025 | 1 235 | — | 2 | 135,57 € |" in line
    assert line.endswith(f"| `/srv/home/reports/{page}` |")
    assert told(entry, "https://x.example/rapports/").endswith(f"[ouvrir](https://x.example/rapports/{page}) |")


def test_a_name_is_no_markup(entry):
    assert told(entry, None).startswith(r"| Toit \| \[x\]\(http\://example.invalid\) |")


def test_the_reports_that_stand_are_those_of_the_months_asked_that_were_written(tmp_path):
    publication = publications.realistic(tmp_path / "energy.duckdb")
    month = date(2025, 10, 1)
    assert standing(publication, tmp_path / "out", [month]) == []
    build(publication, tmp_path / "out", month)
    [found] = standing(publication, tmp_path / "out", [month, date(2025, 9, 1)])
    assert (found.row.operation_id, found.row.month) == (OPERATION, month)
    assert (tmp_path / "out" / found.folder / "rapport.html").is_file()


def test_a_column_is_traced_to_columns_that_exist():
    traced = lineage(allocation.allocation.key, allocation.FROM_CURVES).deps_by_column
    assert set(traced) <= {column.name for column in marts.OPERATION_MONTH.columns}
    sources = {dep.column_name for deps in traced.values() for dep in deps}
    assert sources <= {column.name for column in computed.CURVE.columns}
    assert {dep.asset_key.to_user_string() for deps in traced.values() for dep in deps} == {"allocation"}


def test_an_asset_names_its_table_and_describes_its_columns():
    shown = described(marts.FINDING, marts.BILL_CHECK)
    assert shown["dagster/table_name"] == "marts.finding"
    columns = {column.name: column for column in shown["dagster/column_schema"].columns}
    assert not columns["finding_id"].constraints.nullable
    assert all(column.description for column in columns.values())
