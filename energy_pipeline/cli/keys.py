"""Commands about distribution keys: `keys propose`, `keys export`, `keys check`."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import duckdb
import numpy as np
import polars as pl
import typer

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail, month_option
from energy_pipeline.cli.declared import declaration_of
from energy_pipeline.cli.words import App
from energy_pipeline.formats import annexe2_rules, annexe2_write, cdc, dynamic_keys_write
from energy_pipeline.formats.annexe2_rules import NotConform
from energy_pipeline.formats.model import BadFile
from energy_pipeline.keys import check as checking
from energy_pipeline.keys import compare, prices, rounding, situation, what_if
from energy_pipeline.keys.propose import Objective, propose
from energy_pipeline.keys.situation import KeyInputError, Situation
from energy_pipeline.metering.declaration import with_static_keys
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import Home

app = App(help="Proposer des clés de répartition, écrire et vérifier les fichiers qui les portent.")

ADDED_ROOF = "toiture ajoutée"
OperationOption = Annotated[str, typer.Option(help="Numéro de la convention, par exemple ACC00000001.")]
MonthOption = Annotated[
    str | None, typer.Option(help="Mois du dernier jour de la période, AAAA-MM ; à défaut, le dernier.")
]
FromOption = Annotated[str | None, typer.Option("--from", help="Premier jour, AAAA-MM-JJ, au lieu d'un mois.")]
ToOption = Annotated[str | None, typer.Option("--to", help="Dernier jour, AAAA-MM-JJ, compris.")]
ObjectiveOption = Annotated[Objective, typer.Option(help="But recherché.")]
PriorityOption = Annotated[list[str] | None, typer.Option(help="PRM à servir en premier ; à répéter, dans l'ordre.")]
DateOption = Annotated[str | None, typer.Option("--date", help="Jour d'envoi, dans le nom d'une Annexe 2.12.")]


@dataclass(frozen=True)
class _Selection:
    """An operation, the days asked for, and the periods of the convention that they touch."""

    operation_id: str
    first: date
    last: date
    periods: list[tuple[date, date]]


@app.command(
    "propose",
    help="Calculer la meilleure clé pour un but, comparée à l'actuelle et à celle par défaut ; hypothèses possibles.",
)
def propose_command(
    home: HomeOption,
    operation: OperationOption,
    month: MonthOption = None,
    first: FromOption = None,
    last: ToOption = None,
    objective: ObjectiveOption = Objective.STATIC,
    priority: PriorityOption = None,
    out: Annotated[Path | None, typer.Option(help="Dossier où écrire la clé, prête à envoyer.")] = None,
    date_: DateOption = None,
    remove: Annotated[list[str] | None, typer.Option(help="Hypothèse : PRM qui sort.")] = None,
    add: Annotated[
        list[Path] | None,
        typer.Option(help="Hypothèse : fichier de courbe d'un PRM qui entre.", exists=True, dir_okay=False),
    ] = None,
    scale: Annotated[float, typer.Option(help="Facteur appliqué aux courbes de --add et --like.", min=0)] = 1.0,
    like: Annotated[
        list[str] | None, typer.Option(help="Hypothèse : un participant de plus, semblable à ce PRM.")
    ] = None,
    roof_kwc: Annotated[
        float | None, typer.Option(help="Hypothèse : puissance crête d'une toiture qui entre, kWc.")
    ] = None,
    tilt: Annotated[float, typer.Option(help="Inclinaison de la toiture, degrés ; 0 : à plat.")] = 30,
    azimuth: Annotated[float, typer.Option(help="Orientation de la toiture, degrés ; 180 : sud, 90 : est.")] = 180,
    latitude: Annotated[float, typer.Option(help="Latitude de la toiture, degrés.")] = 46.5,
    longitude: Annotated[float, typer.Option(help="Longitude de la toiture, degrés vers l'est.")] = 2.5,
    yield_factor: Annotated[
        float, typer.Option(help="Part de l'ensoleillement par ciel clair qui devient énergie.")
    ] = what_if.YIELD_FACTOR,
) -> None:
    """Compute the best key for an objective and compare it with the current key and the default one.

    What-if options change the participants first; nothing is then written.
    """
    roof = None if roof_kwc is None else (roof_kwc, tilt, azimuth, latitude, longitude, yield_factor)
    is_imagined = bool(remove or add or like or roof)
    if out and is_imagined:
        raise fail("Une hypothèse (--remove, --add, --like, --roof-kwc) ne s'écrit pas : retirer --out.")
    from energy_pipeline.cli import keys_shown

    with clear_errors(KeyInputError, BadFile, NotConform), _publication(home) as connection:
        selection = _selection(connection, operation, month, first, last)
        actual = _situation(connection, selection)
        imagined = _imagine(actual, remove or [], add or [], like or [], scale, roof)
        known = _prices(connection, imagined)
        key = propose(objective, imagined, known, priority or [])
        scenarios = {keys_shown.DEFAULT: rounding.fractions(propose(Objective.DEFAULT, imagined))}
        if (current := imagined.current_shares()) is not None:
            scenarios = {keys_shown.CURRENT: current, **scenarios}
        compared = compare.compare(imagined, known, scenarios | {keys_shown.PROPOSED: rounding.fractions(key)})
        keys_shown.comparison(imagined, objective, compared, _names(connection, selection), key)
        if objective.is_static:
            _warn_of_changes(connection, selection)
            _warn_of_a_single_period(selection)
        if out:
            _write(connection, home, selection, objective, priority or [], out, date_)


@app.command(
    "export", help="Écrire la meilleure clé, prête à envoyer : Annexe 5 par période, ou Annexe 2.12 si statique."
)
def export_command(
    home: HomeOption,
    operation: OperationOption,
    out: Annotated[Path, typer.Option(help="Dossier où écrire.", file_okay=False)],
    month: MonthOption = None,
    first: FromOption = None,
    last: ToOption = None,
    objective: ObjectiveOption = Objective.STATIC,
    priority: PriorityOption = None,
    date_: DateOption = None,
) -> None:
    """Write the best key, ready to send: an Annexe 5 file per period, or an Annexe 2.12 for a static key."""
    with clear_errors(KeyInputError, BadFile, NotConform), _publication(home) as connection:
        selection = _selection(connection, operation, month, first, last)
        if objective.is_static:
            _warn_of_a_single_period(selection)
        _write(connection, home, selection, objective, priority or [], out, date_)


@app.command(
    "check", help="Vérifier un fichier d'Annexe 5 avant l'envoi : s'il est fautif, les clés par défaut s'appliquent."
)
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier d'Annexe 5.", exists=True, dir_okay=False)],
    home: HomeOption,
) -> None:
    """Check an Annexe 5 file before it is sent: Enedis applies the default keys to the period of a faulty one."""
    from energy_pipeline.cli import keys_shown

    with clear_errors(KeyInputError, BadFile, NotConform), _publication(home) as connection:
        operation, _, start, end = checking.parse_name(file.name)
        periods = _periods(connection, operation).filter(
            (pl.col("period_start") <= end) & (pl.col("period_end") >= start)
        )
        if periods.height:
            start, end = periods.select("period_start", "period_end").row(0)
        else:
            console.print(f"La période du {start:%d/%m/%Y} au {end:%d/%m/%Y} n'est pas encore connue : non vérifiée.")
        expected = _expected(connection, operation, start, end)
        faults = checking.check(file.name, file.read_bytes(), expected)
        if not faults:
            console.print(f"{file.name} est conforme : {keys_shown.consumers(len(expected.consumers))}.")
            _deadline(connection, operation, start)
            return
    raise fail(keys_shown.faults(file.name, faults))


def _publication(home: Path) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
    return warehouse.connect(Home(home).publication, read_only=True)


def _periods(connection: duckdb.DuckDBPyConnection, operation_id: str) -> pl.DataFrame:
    periods = warehouse.run(connection, "keys/periods", operation_id=operation_id)
    if periods.is_empty():
        raise KeyInputError(f"L'opération {operation_id} n'a aucune période calculée dans la publication.")
    return periods


def _selection(
    connection: duckdb.DuckDBPyConnection, operation_id: str, month: str | None, first: str | None, last: str | None
) -> _Selection:
    periods = _periods(connection, operation_id)
    if first or last:
        start = day_option(first) if first else periods["period_start"].min()
        end = day_option(last) if last else periods["period_end"].max()
        chosen = periods.filter((pl.col("period_end") >= start) & (pl.col("period_start") <= end))
    else:
        chosen = periods.filter(pl.col("month") == month_option(month)) if month else periods.head(1)
        start, end = chosen["period_start"].min(), chosen["period_end"].max()
    if chosen.is_empty() or not isinstance(start, date) or not isinstance(end, date):
        raise KeyInputError(f"L'opération {operation_id} n'a aucune période calculée sur les jours demandés.")
    bounds = sorted(chosen.select("period_start", "period_end").iter_rows())
    # Days beyond the known periods have no curve.
    return _Selection(operation_id, max(start, bounds[0][0]), min(end, bounds[-1][1]), bounds)


def _situation(connection: duckdb.DuckDBPyConnection, selection: _Selection) -> Situation:
    operation_id, first, last = selection.operation_id, selection.first, selection.last
    curves = warehouse.run(connection, "keys/curves", operation_id=operation_id, first=first, last=last)
    static_keys = warehouse.run(connection, "keys/static_keys", operation_id=operation_id)
    return situation.situation(operation_id, first, last, curves, static_keys)


def _prices(connection: duckdb.DuckDBPyConnection, at: Situation) -> prices.Prices | None:
    rows = warehouse.run(connection, "keys/prices", operation_id=at.operation_id)
    if rows.is_empty():
        return None
    return prices.prices(at, rows, warehouse.run(connection, "keys/slots", operation_id=at.operation_id))


def _participants(connection: duckdb.DuckDBPyConnection, selection: _Selection) -> pl.DataFrame:
    return warehouse.run(
        connection, "keys/participants",
        operation_id=selection.operation_id, first=selection.first, last=selection.last,
    )  # fmt: skip


def _names(connection: duckdb.DuckDBPyConnection, selection: _Selection) -> dict[str, str]:
    """Return the name of each point: of its site first, then of its holder, who may hold many."""
    sites = dict(warehouse.run(connection, "keys/sites").iter_rows())
    holders = dict(_participants(connection, selection).select("prm", "name").iter_rows())
    return {prm: "\n".join(dict.fromkeys(filter(None, (sites.get(prm), holders.get(prm))))) for prm in sites | holders}


def _warn_of_a_single_period(selection: _Selection) -> None:
    """Say that a key to be kept for all seasons rests on the sun and the needs of one month."""
    if len(selection.periods) == 1:
        console.print(
            "Attention : clé permanente calculée sur un seul mois. Une année entière (--from, --to) tient compte des "
            "saisons.",
            soft_wrap=True,
        )


def _warn_of_changes(connection: duckdb.DuckDBPyConnection, selection: _Selection) -> None:
    """Say who was not there on every day: a static key counts a share on the days of absence as lost."""
    at_ends = [
        set(_participants(connection, replace(selection, first=day, last=day))["prm"])
        for day in (selection.first, selection.last)
    ]
    if changed := sorted(at_ends[0] ^ at_ends[1]):
        console.print(
            f"Le périmètre change sur ces jours ({', '.join(changed)}) : une clé statique se calcule mieux sur des "
            "jours où tous les participants de demain étaient présents.",
            soft_wrap=True,
        )


def _expected(connection: duckdb.DuckDBPyConnection, operation_id: str, start: date, end: date) -> checking.Expected:
    rows = warehouse.run(connection, "keys/participants", operation_id=operation_id, first=start, last=end)
    return checking.Expected(operation_id, start, end, frozenset(rows.filter(pl.col("role") == "consumer")["prm"]))


def _imagine(
    actual: Situation,
    removed: list[str],
    added: list[Path],
    like: list[str],
    scale: float,
    roof: tuple[float, ...] | None,
) -> Situation:
    """Return the situation changed by the what-if options."""
    imagined = actual
    days = (actual.period_start, actual.period_end, actual.step_minutes)
    for path in added:
        row = cdc.read(path.name, path.read_bytes()).rows[0]
        if row["prm"] is None or row["series"] not in {"consumption", "production"}:
            raise KeyInputError(f"{path.name} : une courbe de consommation ou de production d'un PRM est attendue.")
        source = (row["period_start"], row["period_end"], row["step_minutes"])
        watts = scale * what_if.replay(row["watts"].astype(np.float64), source, *days)
        join = what_if.add_consumer if row["series"] == "consumption" else what_if.add_producer
        imagined = join(imagined, row["prm"], watts)
    for prm in like:
        role, watts = what_if.curve_of(actual, prm)
        join = what_if.add_consumer if role == "consumer" else what_if.add_producer
        imagined = join(imagined, f"comme {prm}", scale * watts)
    if roof:
        imagined = what_if.add_producer(imagined, ADDED_ROOF, what_if.solar_roof(what_if.Roof(*roof), *days))
    for prm in removed:
        imagined = what_if.remove(imagined, prm)
    return imagined


def _write(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    selection: _Selection,
    objective: Objective,
    first: list[str],
    out: Path,
    sent_on: str | None,
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    if objective.is_static:
        _write_static(connection, home, selection, objective, out, sent_on)
        return
    for start, end in selection.periods:
        period = _Selection(selection.operation_id, start, end, [(start, end)])
        at = _situation(connection, period)
        key = propose(objective, at, _prices(connection, at) if objective.needs_prices else None, first)
        expected = _expected(connection, at.operation_id, start, end)
        # A consumer of the perimeter without any curve must have its column all the same (§4.4.2.1).
        rows = dict(zip(at.consumers, key, strict=True))
        consumers = sorted(expected.consumers)
        nothing = np.zeros(key.shape[1], dtype=key.dtype)
        content = dynamic_keys_write.write(
            consumers, np.array([rows.get(prm, nothing) for prm in consumers]), start, end, at.step_minutes
        )
        name = dynamic_keys_write.file_name(at.operation_id, start, end, at.step_minutes)
        if faults := checking.check(name, content, expected):
            raise KeyInputError(f"{name} ne serait pas conforme : {faults[0]}")
        (out / name).write_bytes(content)
        console.print(f"Écrit : {out / name}", markup=False, soft_wrap=True)
        _deadline(connection, at.operation_id, start)


def _write_static(
    connection: duckdb.DuckDBPyConnection,
    home: Path,
    selection: _Selection,
    objective: Objective,
    out: Path,
    sent_on: str | None,
) -> None:
    at = _situation(connection, selection)
    key = propose(objective, at, _prices(connection, at) if objective.needs_prices else None)
    shares = {prm: Decimal(each).scaleb(-2) for prm, each in zip(at.consumers, key[:, 0].tolist(), strict=True)}
    day = day_option(sent_on) if sent_on else datetime.now(PARIS).date()
    declared = annexe2_write.without_typography(with_static_keys(declaration_of(home, at.operation_id, day), shares))
    path = out / annexe2_write.file_name(at.operation_id, day, "2.12")
    path.write_bytes(annexe2_write.write_participants(declared, day, is_static=True, to_complete=True))
    console.print(f"Écrit : {path}", markup=False, soft_wrap=True)
    # A leaver's share would go to the surplus: it is not sent, and that is said.
    present = {row.get("PRM") for row in declared.participants}
    if left := sorted(prm for prm, share in shares.items() if share and prm not in present):
        console.print(
            f"Sortis du périmètre, donc sans clé dans ce fichier : {', '.join(left)}.", markup=False, soft_wrap=True
        )
    for fault in annexe2_rules.check_participants(declared, day, "csv", is_static=True):
        heading = "À vérifier" if fault.is_remark else "À compléter avant l'envoi"
        console.print(f"{heading} — {fault}", markup=False, soft_wrap=True)
    console.print(
        "À envoyer 15 jours ouvrés au moins avant la date d'effet souhaitée (convention §4.3.1).", soft_wrap=True
    )


def _deadline(connection: duckdb.DuckDBPyConnection, operation_id: str, period_start: date) -> None:
    due = warehouse.run(connection, "keys/deadline", operation_id=operation_id, period_start=period_start)
    for (due_on,) in due.iter_rows():
        console.print(
            f"À envoyer au plus tard le {due_on:%d/%m/%Y} (4e jour ouvré, convention §4.4.1).", soft_wrap=True
        )
