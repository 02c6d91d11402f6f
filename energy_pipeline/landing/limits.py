"""The last look at what a reader gives: what its table cannot hold refuses the file, not the whole batch."""

from functools import cache

from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.tables.model import Table

_LARGEST = {"INTEGER": 2**31 - 1, "BIGINT": 2**63 - 1}


def check(reading: Reading) -> None:
    """Raise BadFile for the first number, with its line and column, outside the bounds of its column, or for twins.

    Twins are rows of one key, for instance those of two sheets that bear the same name.
    """
    for part in (reading, *reading.others):
        _check_keys(part)
        for name, least, most in _bounds(part.table):
            for row in part.rows:
                value = row.get(name)
                if value is not None and not least <= value <= most:
                    raise BadFile("Valeur hors des bornes admises.", row.get("line"), name, str(value))


def _check_keys(part: Reading) -> None:
    names = [name for name in part.table.key if name != "file_id"]
    if not part.table.key:
        return  # a table without a key may hold a row twice
    seen: set[tuple[object, ...]] = set()
    for row in part.rows:
        key = tuple(row.get(name) for name in names)
        if key in seen:
            raise BadFile(
                "Deux fois la même ligne, ou deux feuilles de même nom.", row.get("line"), names[-1], str(key[-1])
            )
        seen.add(key)


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
