"""Command `annexe6 export`: our results in the files of Enedis, for the programs that read those."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import duckdb
import numpy as np
import polars as pl
import typer
from numpy.typing import NDArray

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, fail, month_option
from energy_pipeline.cli.words import App
from energy_pipeline.formats import enedis_files, synthesis_write
from energy_pipeline.periods import grid
from energy_pipeline.settings import Home

app = App()

SERIES = {
    "consumer": {"measured_w": "consumption", "shared_w": "self_consumption", "rest_w": "complement"},
    "producer": {"measured_w": "production", "shared_w": "self_produced", "rest_w": "surplus"},
}
"""Series of each column of curves, by role: the energies of a series stand in the column `<series>_kwh`."""

File = tuple[str, bytes]


@app.callback(help="Écrire des résultats dans les formats d'Enedis (Annexe 6).")
def annexe6() -> None:
    """Écrire des résultats dans les formats d'Enedis (Annexe 6)."""


@app.command("export", help="Écrire nos résultats d'une période : courbes, énergies, détails, périmètre, synthèse.")
def export_command(
    home: HomeOption,
    operation: Annotated[str, typer.Option(help="Numéro de la convention, par exemple ACC00000001.")],
    out: Annotated[Path, typer.Option(help="Dossier où écrire.", file_okay=False)],
    month: Annotated[
        str | None, typer.Option(help="Mois du dernier jour de la période, AAAA-MM ; à défaut, le dernier.")
    ] = None,
) -> None:
    """Write our own results of a period: curves, energies, details, perimeter, synthesis.

    The figures are recomputed from the measured curves and the keys; those that Enedis published are not written. A
    figure that is not known has no file, or an empty cell.
    """
    with clear_errors(), warehouse.connect(Home(home).publication, read_only=True) as connection:
        asked = month_option(month) if month else None
        periods = warehouse.run(connection, "annexe6/period", operation_id=operation, month=asked)
        if periods.is_empty():
            raise fail(f"L'opération {operation} n'a aucune période calculée" + (f" en {month}." if month else "."))
        files = dict(_files(connection, operation, periods.row(0, named=True)))
    folder = out / f"{operation}_{enedis_files.period_words(*periods.row(0)[:2])}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    console.print(f"Écrit : {len(files)} fichiers dans {folder}", markup=False, soft_wrap=True)


def _files(connection: duckdb.DuckDBPyConnection, operation_id: str, period: dict[str, Any]) -> Iterator[File]:
    """Yield the name and the content of each file of a period."""
    days = period["period_start"], period["period_end"]

    def rows(name: str) -> pl.DataFrame:
        return warehouse.run(connection, f"annexe6/{name}", operation_id=operation_id, period_start=days[0])

    for curve in rows("curves").iter_rows(named=True):
        for column, series in SERIES[curve["role"]].items():
            watts = _on_grid(curve[column], curve["seconds"], curve["step_minutes"], *days)
            if not np.isnan(watts).all():
                yield enedis_files.curve_name(curve["prm"], *days, series), enedis_files.write_curve(watts, *days)
    consumers, producers = rows("consumers"), rows("producers")
    by_slot = {"consumer": consumers, "producer": producers.with_columns(slot=pl.lit("BASE"))}
    for role, energies in by_slot.items():
        for (prm,), slots in energies.group_by("prm", maintain_order=True):
            for series in SERIES[role].values():
                known = slots.select("slot", f"{series}_kwh").drop_nulls()
                if known.height:
                    content = enedis_files.write_energy(dict(known.iter_rows()))
                    yield enedis_files.energy_name(str(prm), *days, series), content
    for (producer,), shared in rows("exchanges").group_by("producer_prm", maintain_order=True):
        content = enedis_files.write_detail(dict(shared.select("consumer_prm", "energy_kwh").iter_rows()))
        yield enedis_files.detail_name(str(producer), *days), content
    stays = warehouse.run(connection, "annexe6/stays", operation_id=operation_id)
    yield enedis_files.PERIMETER_NAME, enedis_files.write_perimeter(stays.iter_rows())
    yield (
        synthesis_write.name(operation_id, *days),
        synthesis_write.write(operation_id, days, period, producers.to_dicts(), consumers.to_dicts()),
    )


def _on_grid(
    watts: list[float | None], seconds: list[int], step_minutes: int, start: date, end: date
) -> NDArray[np.float64]:
    """Return the curve over the whole period, NaN where it is not known."""
    made = np.full(grid.count_steps(start, end, step_minutes), np.nan)
    made[np.array(seconds) // (60 * step_minutes)] = np.array(watts, dtype=np.float64)
    return made
