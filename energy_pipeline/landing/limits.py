"""The last look at what a reader gives: a number that its table cannot hold refuses the file, not the whole batch."""

from functools import cache

from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.tables.model import Table

_LARGEST = {"INTEGER": 2**31 - 1, "BIGINT": 2**63 - 1}


def check(reading: Reading) -> None:
    """Raise BadFile for the first number, with its line and column, outside the bounds of its column."""
    for part in (reading, *reading.others):
        for name, least, most in _bounds(part.table):
            for row in part.rows:
                value = row.get(name)
                if value is not None and not least <= value <= most:
                    raise BadFile("Valeur hors des bornes admises.", row.get("line"), name, str(value))


@cache
def _bounds(table: Table) -> tuple[tuple[str, float, float], ...]:
    """Return the columns of one number that have bounds, their type's at least."""
    found = []
    for column in table.columns:
        largest = _LARGEST.get(column.type, float("inf"))
        least = -largest if column.minimum is None else column.minimum
        most = largest if column.maximum is None else column.maximum
        if not column.type.endswith("[]") and (least, most) != (-float("inf"), float("inf")):
            found.append((column.name, least, most))
    return tuple(found)
