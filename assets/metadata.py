"""What the interface shows of an asset: the columns of its tables, from the registry; the results of the months."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from energy_pipeline import french
from energy_pipeline.reports import PAGE, IndexEntry, summary
from energy_pipeline.tables import Table

_RESULTS = ("Opération", "Période", "Produit (kWh)", "Partagé (kWh)", "Constats", "À réclamer (HT)", "Rapport")


def described(main: Table, *others: Table) -> dict[str, Any]:
    """Return the metadata of an asset that writes `main` and `others`: columns with units, names of tables."""
    columns = [
        dg.TableColumn(
            column.name,
            column.type,
            f"{column.description} [{column.unit}]" if column.unit else column.description,
            constraints=dg.TableColumnConstraints(nullable=column.nullable),
        )
        for column in main.columns
    ]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/table_name": main.qualified_name,
        "tables": ", ".join(table.qualified_name for table in (main, *others)),
    }


def lineage(upstream: dg.AssetKey, columns: Mapping[str, Sequence[str]]) -> dg.TableColumnLineage:
    """Return which columns of the main table of `upstream` each column is made of."""
    return dg.TableColumnLineage(
        {name: [dg.TableColumnDep(upstream, source) for source in sources] for name, sources in columns.items()}
    )


def results(entries: Iterable[IndexEntry], folder: Path, address: str | None) -> dg.MarkdownMetadataValue:
    """Return the reports written as a table in French: headline figures and the page of each.

    `address`: where `folder` is served; None: the path of the page, for a browser opens no file from a page of the web.
    """
    rows = []
    for entry in entries:
        row, page = entry.row, f"{entry.folder}/{PAGE}"
        rows.append(
            (
                plain(row.name or row.operation_id),
                french.short_period(row.period_start, row.period_end),
                french.number(summary.headline(row, "production_kwh").value),
                french.number(summary.headline(row, "self_consumption_kwh").value),
                french.number(row.findings),
                french.euros(row.amount_eur),
                f"[ouvrir]({address.rstrip('/')}/{page})" if address else f"`{folder / page}`",
            )
        )
    return listing(_RESULTS, rows)


def listing(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> dg.MarkdownMetadataValue:
    """Return a table that the interface shows; texts that are not ours pass through `plain`."""
    lines = [titles, ["---"] * len(titles), *rows]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(cells)} |" for cells in lines))


def plain(name: str) -> str:
    """Return a name that is read as no markup: names come from files of others."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]()<>#|!~&:" else sign for sign in " ".join(name.split()))
