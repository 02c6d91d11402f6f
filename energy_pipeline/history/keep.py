"""Each publication is kept, without its largest marts: `publication/history/energy_<instant>.duckdb`.

The journal beside, `publications.csv`, names all those that stood, kept or not: which one stood on a day is known even
when it is kept no more.
"""

import csv
import io
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.publication import FOLDER_MODE, put_in_place
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from energy_pipeline.warehouse import quoted

BLOCK_BYTES = 16384
"""DuckDB's smallest: most of the tables kept are small, and each column takes a block at least."""
LEFT_OUT = (marts.CURVE, marts.EXCHANGE_CURVE, marts.BILL_CHECK)
"""A hundred times larger than the rest together; what they show that is wrong stands in the findings."""
SETTINGS = "history.toml"
JOURNAL = "publications.csv"
_COLUMNS = ("published_at", "run_id", "pipeline_version")


class HistoryError(Exception):
    """A past publication cannot be read; the message, in French, says why and what to do."""


@dataclass(frozen=True)
class Retention:
    """How many publications are kept: the latest, and the last of each of the latest months."""

    publications: int = 12
    months: int = 12


@dataclass(frozen=True)
class Kept:
    """A publication that stood, and its file while it is kept."""

    published_at: datetime
    run_id: str
    pipeline_version: str
    path: Path | None


def retention(home: Path) -> Retention:
    """Return what `home/history.toml` says (`publications`, `months`), else 12 of each.

    HistoryError when it is wrong.
    """
    path = home / SETTINGS
    if not path.exists():
        return Retention()
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        chosen = Retention(**written)
    except (tomllib.TOMLDecodeError, TypeError, UnicodeDecodeError) as error:
        raise HistoryError(f"{path} : {error}. Noms attendus : publications, months.") from error
    numbers = (chosen.publications, chosen.months)
    if not all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in numbers):
        raise HistoryError(f"{path} : publications et months sont des nombres entiers, 0 compris.")
    return chosen


def _folder(home: Home) -> Path:
    return home.publication.parent / "history"


def _file(folder: Path, published_at: datetime) -> Path:
    return folder / f"energy_{published_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.duckdb"


def kept(home: Home) -> tuple[Kept, ...]:
    """Return all the publications that stood, oldest first; those that are kept have a path."""
    folder = _folder(home)
    journal = folder / JOURNAL
    if not journal.exists():
        return ()
    known = []
    for row in csv.DictReader(io.StringIO(journal.read_text(encoding="utf-8")), delimiter=";"):
        published_at = datetime.fromisoformat(row["published_at"])
        path = _file(folder, published_at)
        known.append(Kept(published_at, row["run_id"], row["pipeline_version"], path if path.exists() else None))
    return tuple(sorted(known, key=lambda publication: publication.published_at))


def instant(text: str) -> datetime:
    """Return the end of the day, minute or second that `text` names: AAAA-MM-JJ, AAAA-MM-JJTHH:MM[:SS], Europe/Paris.

    HistoryError when it is written otherwise.
    """
    try:
        named = datetime.fromisoformat(text)
    except ValueError as error:
        raise HistoryError(f"« {text} » : une date s'écrit AAAA-MM-JJ, ou AAAA-MM-JJTHH:MM pour un instant.") from error
    if named.tzinfo is None:
        named = named.replace(tzinfo=PARIS)
    length = {10: timedelta(days=1), 16: timedelta(minutes=1)}.get(len(text), timedelta(seconds=1))
    return named + length - timedelta(microseconds=1)


def at(home: Home, moment: datetime) -> Kept:
    """Return the publication that readers had at `moment`.

    HistoryError when none stood yet, or when it is kept no more; the message then names the nearest that are.
    """
    stood = [publication for publication in kept(home) if publication.published_at <= moment]
    day = f"{moment.astimezone(PARIS):%d/%m/%Y à %H:%M}"
    if not stood:
        first = next((f" La première est du {said(one)}." for one in kept(home)), "")
        raise HistoryError(f"Aucune publication n'existait encore le {day}.{first}")
    if stood[-1].path is None:
        others = [one for one in kept(home) if one.path is not None]
        near = sorted(others, key=lambda one: abs(one.published_at - stood[-1].published_at))[:2]
        listed = ", ".join(said(one) for one in sorted(near, key=lambda one: one.published_at))
        raise HistoryError(
            f"La publication en vigueur le {day}, du {said(stood[-1])}, n'est plus conservée. "
            f"Les plus proches qui le sont : {listed or 'aucune'}. Leur nombre se règle dans {SETTINGS}."
        )
    return stood[-1]


def said(publication: Kept) -> str:
    """Return when a publication was made, for a French reader."""
    return f"{publication.published_at.astimezone(PARIS):%d/%m/%Y à %H:%M}"


def keep(home: Home, rule: Retention) -> Path:
    """Copy the present publication to the history, note it in the journal, remove what `rule` keeps no more.

    A copy that stands already is left as it is. Returns the path of the copy.
    """
    folder = _folder(home)
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)
    with warehouse.connect(home.publication, read_only=True) as connection:
        [about] = warehouse.query(connection, "SELECT * FROM marts.publication").to_dicts()
    path = _file(folder, about["published_at"])
    if not path.exists():
        _copy(home.publication, path)
    present = Kept(about["published_at"], about["run_id"], about["pipeline_version"], path)
    known = [*(one for one in kept(home) if one.published_at != present.published_at), present]
    _note(folder / JOURNAL, known)
    for publication in set(known) - _to_keep(known, rule) - {present}:
        if publication.path is not None:
            publication.path.unlink(missing_ok=True)
    return path


def _copy(publication: Path, path: Path) -> None:
    # Those of a process that was killed bear another instant: nothing else would remove them.
    for left in path.parent.glob("energy_*.tmp*"):
        left.unlink()
    temporary = path.with_suffix(".tmp")
    tables = tuple(table for table in marts.TABLES if table not in LEFT_OUT)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {quoted(temporary)} AS kept (BLOCK_SIZE {BLOCK_BYTES})")
    with warehouse.connect(temporary) as connection:
        warehouse.create(connection, tables)
        connection.execute(f"ATTACH {quoted(publication)} AS present (READ_ONLY)")
        for table in tables:
            connection.execute(
                f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM present.{table.qualified_name}"
            )
        connection.execute("DETACH present")
        connection.execute("CHECKPOINT")
    put_in_place(temporary, path)


def _note(journal: Path, known: list[Kept]) -> None:
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\n")
    rows.writerow(_COLUMNS)
    for one in sorted(known, key=lambda publication: publication.published_at):
        rows.writerow([one.published_at.astimezone(UTC).isoformat(), one.run_id, one.pipeline_version])
    temporary = journal.with_suffix(".tmp")
    temporary.write_text(text.getvalue(), encoding="utf-8")
    put_in_place(temporary, journal)


def _to_keep(known: list[Kept], rule: Retention) -> set[Kept]:
    latest_first = sorted(known, key=lambda publication: publication.published_at, reverse=True)
    last_of_month: dict[tuple[int, int], Kept] = {}
    for publication in latest_first:
        day = publication.published_at.astimezone(PARIS)
        last_of_month.setdefault((day.year, day.month), publication)
    return {*latest_first[: rule.publications], *list(last_of_month.values())[: rule.months]}
