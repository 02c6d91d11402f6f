"""The right to erasure (GDPR, article 17): what is held about the holder of a point, and how it is forgotten."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
from markupsafe import escape

from energy_pipeline import claims, warehouse
from energy_pipeline.landing import hiding
from energy_pipeline.landing.quarantine import SUFFIX
from energy_pipeline.privacy import pseudonyms, register
from energy_pipeline.privacy.rewriting import Words, rewrite, rewrite_sqlite, words
from energy_pipeline.publication import start_afresh
from energy_pipeline.settings import Home
from energy_pipeline.tables import landing as t
from energy_pipeline.tables import supplier

ACCOUNTS = frozenset({"invoices", "annual_sites", "portal_invoices", "readings"})
"""Kinds of files that stand for accounts: code de commerce, L123-22, has them kept for ten years."""
ENERGIES = frozenset({"curve", "energy", "exchange", "synthesis", "dynamic_keys", "perimeter", "prices"})
"""Kinds that the totals of the operation are made of, and that say nothing of a holder but the number of the point."""
DATABASES = ("*.db", "*.sqlite3")


@dataclass(frozen=True)
class InboxFile:
    """A file of the inbox that speaks of the point, and at which lines; `kind` is None for a refused one."""

    path: str
    kind: str | None
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """What the installation holds about a point."""

    words: Words
    stays: tuple[tuple[str, str, date, date | None], ...] = ()
    """Operation, role, first day, first day no more."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows about the point, by table of `landing`."""
    claimed_eur: Decimal | None = None
    """Euros of its findings that are still to claim."""
    files: tuple[InboxFile, ...] = ()
    databases: tuple[Path, ...] = ()


def find(home: Home, prm: str) -> Held:
    """Return what is held about a point: in the warehouse, and in the publications that are kept."""
    told = Words(prm, pseudonyms.stand_in(pseudonyms.read_key(home.root), prm))
    databases = (*sorted((home.publication.parent / "history").glob("*.duckdb")), home.warehouse)
    for path in (*databases, home.publication):
        if path.exists():
            with warehouse.connect(path, read_only=True) as connection:
                told = told.joined(words(connection, prm, told.stand_in))
    with warehouse.connect(home.warehouse, read_only=True) as connection:
        rows = {table.name: _count(connection, table.qualified_name, about, prm) for table, about in _about_points()}
        stays = connection.execute(
            "SELECT operation_id, role, valid_from, valid_to FROM marts.participant WHERE prm = $prm ORDER BY ALL",
            {"prm": prm},
        ).fetchall()
        [[claimed]] = connection.execute(
            "SELECT sum(amount_eur) FROM marts.finding WHERE prm = $prm AND amount_eur > 0", {"prm": prm}
        ).fetchall()
        files = tuple(_files(connection, prm))
    counted = {name: count for name, count in rows.items() if count}
    return Held(told, tuple(stays), counted, claimed, files, databases)


def _about_points() -> Iterator[tuple[t.Table, str]]:
    for table in (*t.TABLES, *supplier.TABLES):
        about = " OR ".join(f"row.{column} = $prm" for column in hiding.POINTS if column in table.column_names)
        if about:
            yield table, about


def _count(connection: duckdb.DuckDBPyConnection, table: str, about: str, prm: str) -> int:
    [[count]] = connection.execute(f"SELECT count(*) FROM {table} AS row WHERE {about}", {"prm": prm}).fetchall()
    return int(count)


def _files(connection: duckdb.DuckDBPyConnection, prm: str) -> Iterator[InboxFile]:
    """Yield the files that speak of the point: of their name, their rows, or why they are refused."""
    parts = ["SELECT file_id, NULL::INTEGER AS line FROM landing.file WHERE prm = $prm OR contains(path, $prm)"]
    for table, about in _about_points():
        if table is not t.FILE:
            line = "line" if "line" in table.column_names else "NULL"
            parts.append(f"SELECT file_id, {line} FROM {table.qualified_name} AS row WHERE {about}")
    rows = connection.execute(
        f"""SELECT path, any_value(kind), list_sort(list(DISTINCT line) FILTER (line IS NOT NULL))
        FROM ({" UNION ALL ".join(parts)}) INNER JOIN landing.file USING (file_id) GROUP BY path ORDER BY path""",
        {"prm": prm},
    ).fetchall()
    for path, kind, lines in rows:
        yield InboxFile(path, kind, tuple(lines or ()))


def erase(home: Home, held: Held, day: date) -> None:
    """Forget the holder of a point everywhere in the home but in the publication, which the next run makes again.

    The register comes first, the private warehouse last: cut short anywhere, the same command ends the work. The months
    that spoke of the point are pending afterwards, and the next publication takes nothing over from the present one: a
    database keeps for a time what was deleted from it. Nobody else may write in the home meanwhile.
    Raises SentError, before anything changes, when the file of the claims sent cannot be read.
    """
    claims.read_sent(home.root)
    register.add(home.root, held.words.prm, day)
    key = pseudonyms.read_key(home.root)
    claims.hide(
        home.root, held.words.prm, held.words.clean, lambda finding: pseudonyms.pseudonym(key, "constat", finding)
    )
    start_afresh(home)
    for path in held.databases:
        if path != home.warehouse:
            rewrite(path, held.words)
    for path in _found(home.root, DATABASES):
        rewrite_sqlite(path, held.words)
    _hide_refused(home.quarantine, held.words)
    rewrite(home.warehouse, held.words, also=lambda connection: _note_pending(connection, held.words.stand_in))


def _note_pending(connection: duckdb.DuckDBPyConnection, point: str) -> None:
    connection.execute(warehouse.statement("privacy/pending_months_of_point"), {"point": point})


def _found(folder: Path, patterns: Iterable[str]) -> list[Path]:
    return sorted(path for pattern in patterns for path in folder.rglob(pattern) if path.is_file())


def _hide_refused(quarantine: Path, told: Words) -> None:
    """Put a sentence in the place of each refused file that speaks of the point, under a name that does not."""
    searched = [word.encode() for word in (told.prm, *told.own)]
    for path in _found(quarantine, ["*"]):
        relative = path.relative_to(quarantine).as_posix()
        content = path.read_bytes()
        if told.prm not in relative and not any(word in part for part in hiding.parts(content) for word in searched):
            continue
        target = quarantine / told.clean(relative)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_reason = path.name.endswith(SUFFIX)
        target.write_text(told.clean(content.decode(errors="replace")) if is_reason else hiding.NOT_COPIED, "utf-8")
        if target != path:
            path.unlink()


def remaining(home: Home, told: Words) -> list[Path]:
    """Return the files of the home, databases aside, that still tell who holds the point."""
    searched = {form.encode() for word in told.own for form in (word, str(escape(word)))}
    return [
        path
        for path in _found(home.root, ["*"])
        if path.suffix not in (".duckdb", ".parquet")
        and any(word in part for part in hiding.parts(path.read_bytes()) for word in searched)
    ]
