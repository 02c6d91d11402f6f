"""The Annexe 2 that the publication gives: what `annexe2 export` and `keys export` write."""

from datetime import date
from pathlib import Path

from energy_pipeline import warehouse
from energy_pipeline.cli.console import fail
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.metering.declaration import declaration
from energy_pipeline.settings import Home


def declaration_of(home: Path, operation_id: str, day: date) -> Declaration:
    """Return the declaration of an operation: who takes part on `day` or later."""
    with warehouse.connect(Home(home).publication, read_only=True) as connection:
        rows = warehouse.run(connection, "annexe2/operation", operation_id=operation_id)
        if rows.is_empty():
            raise fail(f"L'opération {operation_id} n'est pas dans la publication.")
        participants = warehouse.run(connection, "annexe2/participants", operation_id=operation_id, day=day)
        awaited = warehouse.run(connection, "annexe2/awaited_participants", operation_id=operation_id)
    return declaration(rows.row(0, named=True), participants.to_dicts(), awaited.to_dicts(), day)
