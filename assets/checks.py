"""Asset checks. Blocking: only our own invariants. A late, broken or missing input warns and never blocks the others.

The checks look at the months that are pending: those that the run recomputes.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

import dagster as dg
import duckdb
import polars as pl

from assets.allocation import MONTHLY, allocation, indicators
from assets.batches import batches
from assets.landing import files
from assets.metadata import listing, plain
from assets.metering import perimeter
from assets.reconciliation import findings
from assets.resources import Warehouse
from energy_pipeline import french, warehouse
from energy_pipeline.reports import summary, words
from energy_pipeline.tables import Table, marts, schemas

SHOWN = 100
"""Refused files whose reason is shown; their number is told."""
Parts = Callable[[duckdb.DuckDBPyConnection], Iterable[dict[str, object]]]


def _whole(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, object]]:
    """Give no parameter, once."""
    yield {}


def _by_operations(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, object]]:
    """Give the operations of the pending months, some at a time: the steps of all would not hold in memory."""
    operations = warehouse.run(connection, "checks/pending_operations")["operation_id"].to_list()
    for ids in batches(operations, "Contrôle de la répartition"):
        yield {"ids": ids}


def _invariant(
    name: str, description: str, asset: dg.AssetsDefinition, parts: Parts = _whole
) -> dg.AssetChecksDefinition:
    """Return a blocking check: the statement `sql/checks/<name>.sql` returns no row for any parameters of `parts`."""

    @dg.asset_check(asset=asset, name=name, blocking=True, description=description)
    def check(database: Warehouse) -> dg.AssetCheckResult:
        with database.get_connection() as connection:
            found = [warehouse.run(connection, f"checks/{name}", **about) for about in parts(connection)]
        broken = [rows for rows in found if not rows.is_empty()]
        return dg.AssetCheckResult(
            passed=not broken,
            metadata={
                "lignes en défaut": sum(rows.height for rows in broken),
                "premières": dg.MetadataValue.text(str(broken[0]) if broken else ""),
            },
        )

    return check


def _made(connection: duckdb.DuckDBPyConnection, month: date) -> Iterator[tuple[Table, pl.DataFrame]]:
    """Yield the rows of each monthly mart; of `curve`, to be published from validated arrays, the first ones only."""
    for table in MONTHLY:
        made = f"SELECT * FROM {table.qualified_name} WHERE month = $month"
        yield table, warehouse.query(connection, made, month=month)
    operations = "SELECT DISTINCT operation_id FROM computed.operation_period WHERE month = $month ORDER BY ALL LIMIT 1"
    ids = warehouse.query(connection, operations, month=month)["operation_id"].to_list()
    curves = f"{warehouse.statement('marts/curve')} LIMIT 10000"
    yield marts.CURVE, warehouse.query(connection, curves, month=month, ids=ids)


@dg.asset_check(asset=indicators, blocking=True, description="Les tables suivent leur définition.")
def marts_obey_their_schema(database: Warehouse) -> dg.AssetCheckResult:
    """Validate the marts of the months that are pending."""
    faults = []
    with database.get_connection() as connection:
        pending = warehouse.query(connection, "SELECT month FROM landing.pending_month ORDER BY month")["month"]
        for month in pending:
            for table, rows in _made(connection, month):
                try:
                    schemas.validate(table, rows)
                except schemas.SchemaError as fault:
                    faults.append(str(fault))
    return dg.AssetCheckResult(passed=not faults, metadata={"défauts": dg.MetadataValue.json(faults)})


@dg.asset_check(asset=files, description="Aucun fichier de la boîte de dépôt n'est refusé.")
def no_file_is_refused(database: Warehouse) -> dg.AssetCheckResult:
    """Warn when files are in quarantine, with their reasons."""
    with database.get_connection() as connection:
        refused = warehouse.query(
            connection,
            "SELECT path, reason, reason_line, reason_column, reason_value FROM landing.file "
            "WHERE status = 'quarantined' ORDER BY path",
        )
    return dg.AssetCheckResult(
        passed=refused.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "fichiers refusés": refused.height,
            "raisons": listing(
                ("Fichier", "Raison", "Ligne", "Colonne", "Valeur"),
                ([plain(str(cell or "")) for cell in row] for row in refused.head(SHOWN).rows()),
            ),
        },
    )


@dg.asset_check(asset=findings, description="Rien n'est à réclamer ni à corriger dans les mois de l'exécution.")
def no_finding_is_an_error(database: Warehouse) -> dg.AssetCheckResult:
    """Warn when findings of severity `error` exist, with their number per check and their euros."""
    with database.get_connection() as connection:
        errors = warehouse.run(connection, "checks/findings_that_are_errors")
    return dg.AssetCheckResult(
        passed=errors.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "constats": int(errors["findings"].sum()),
            "détail": listing(
                ("Constat", "À qui s'adresser", "Nombre", "Montant (HT)"),
                (
                    (summary.check(name).title, words.PARTIES[party], french.number(count), french.euros(amount))
                    for name, party, count, amount in errors.rows()
                ),
            ),
        },
    )


CHECKS: Iterable[dg.AssetChecksDefinition] = (
    _invariant(
        "stays_of_a_participant_do_not_overlap",
        "Un point ne participe qu'une fois à la fois à une opération.",
        perimeter,
    ),
    _invariant(
        "energy_is_conserved_at_each_step",
        "À chaque pas, ce que les producteurs partagent est ce que les consommateurs reçoivent.",
        allocation,
        _by_operations,
    ),
    _invariant(
        "totals_are_the_sums_of_their_participants",
        "Le total d'une opération est la somme de ses participants.",
        indicators,
    ),
    marts_obey_their_schema,
    no_file_is_refused,
    no_finding_is_an_error,
)
