"""A month of a batch of operations: from landed frames to the dense tables of `computed`."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from traceback import extract_tb

import polars as pl

from energy_pipeline.allocation import assemble, key_files, static_keys
from energy_pipeline.allocation.faults import Fault
from energy_pipeline.allocation.members import Stay
from energy_pipeline.allocation.operation import Landed, OperationResult, compute_period
from energy_pipeline.allocation.static_keys import DeclaredType
from energy_pipeline.metering import curves, energies, slots, suspicion
from energy_pipeline.metering.participants import role_unknown
from energy_pipeline.metering.periods import operation_periods
from energy_pipeline.metering.slots import SlotEnergy
from energy_pipeline.tables import computed
from energy_pipeline.tables.schemas import frame, validate


@dataclass(frozen=True, slots=True)
class Computed:
    """The tables of `computed` of a month, `marts.exchange_curve` and `marts.split_explanation`, validated."""

    operation_period: pl.DataFrame
    curve: pl.DataFrame
    exchange: pl.DataFrame
    slot_energy: pl.DataFrame
    exchange_curve: pl.DataFrame
    split_explanation: pl.DataFrame
    issues: pl.DataFrame


def compute(
    landed: Mapping[str, pl.DataFrame], operations: pl.DataFrame, participants: pl.DataFrame, month: date
) -> Computed:
    """Return what is recomputed for the periods that end in `month` (its first day), operation by operation.

    `landed`: curve, energy, perimeter, operation, participant, dynamic_key, file, site_row of a batch of operations,
    each with `received_at` and `path`; curves also of the seven days before the periods. `operations`, `participants`:
    marts, of at least the batch. Operations without a period in the month have no row; whatever goes wrong with one is
    an issue of its own (`operation_not_computed`) and the others go on.
    """
    periods = operation_periods(landed["file"], month)
    known = _landed_by_operation(landed, operations, participants, set(periods["operation_id"]))
    strangers = _strangers(landed, participants)
    published = _published_energies(landed["energy"])
    involved = participants.filter(pl.col("operation_id").is_in(set(periods["operation_id"])))
    sites = slots.declared_sites(landed["site_row"].filter(pl.col("site_id").is_in(set(involved["prm"]))))
    results: list[OperationResult] = []
    slot_rows: list[tuple[OperationResult, list[SlotEnergy]]] = []
    issues: list[dict[str, object]] = []
    for operation_id, start, end in periods.iter_rows():
        try:
            result = compute_period(known(operation_id), start, end)
            found = _slots(result, published.get((operation_id, start, end), {}), sites)
        except Exception as error:
            # Isolation: what surprises us in one operation is its own finding, whatever it is.
            issues.append(_surprise(error).row(operation_id, start, end))
            continue
        results.append(result)
        slot_rows.append((result, found))
        faults = [*result.faults, *_unknown_roles(strangers.get(operation_id, []), start, end)]
        issues += [fault.row(operation_id, start, end) for fault in faults]
    return Computed(
        assemble.operation_periods(results),
        assemble.curve_rows(results),
        assemble.exchanges(results),
        assemble.slot_energies(slot_rows),
        assemble.exchange_curves(results),
        assemble.split_explanations(results),
        validate(computed.ISSUE, frame(computed.ISSUE, issues)),
    )


def _landed_by_operation(
    landed: Mapping[str, pl.DataFrame], operations: pl.DataFrame, participants: pl.DataFrame, wanted: set[str]
) -> Callable[[str], Landed]:
    """Return how to get what is known of an operation, each frame read once for the whole batch."""
    held = curves.by_operation(landed["curve"].filter(pl.col("operation_id").is_in(wanted)))
    types = static_keys.declared_types(landed["operation"])
    declared = dict(operations.select("operation_id", "key_type").iter_rows())
    statics = static_keys.static_versions(landed["participant"])
    files = key_files.key_files(landed["dynamic_key"].filter(pl.col("operation_id").is_in(wanted)))
    with_perimeter = set(landed["perimeter"]["operation_id"])
    involved = participants.filter(pl.col("operation_id").is_in(wanted))
    powers = suspicion.powers(involved, landed["site_row"].filter(pl.col("site_id").is_in(set(involved["prm"]))))
    published = energies.by_operation(landed["energy"])
    stays: dict[str, list[Stay]] = defaultdict(list)
    columns = ("operation_id", "prm", "role", "valid_from", "valid_to")
    for operation_id, *stay in involved.select(columns).iter_rows():
        stays[operation_id].append(Stay(*stay))

    def known(operation_id: str) -> Landed:
        own_types = types.get(operation_id, [])
        if not own_types and not statics.get(operation_id) and declared.get(operation_id):
            own_types = [DeclaredType(date.min, declared[operation_id])]
        return Landed(
            operation_id,
            stays[operation_id],
            held.get(operation_id, []),
            operation_id in with_perimeter,
            own_types,
            statics.get(operation_id, []),
            files.get(operation_id, []),
            powers,
            published.get(operation_id, {}),
        )

    return known


def _published_energies(energy: pl.DataFrame) -> dict[tuple[str, date, date], dict[str, dict[str, float]]]:
    """Return, by operation and period, then PRM, the latest published consumption per slot in kWh.

    A slot that only the other series of the consumer name has NaN: the slot is known, its energy is not.
    """
    latest = (
        energy.filter(
            pl.col("prm").is_not_null() & pl.col("series").is_in(["consumption", "complement", "self_consumption"])
        )
        .sort("received_at", "file_id", "line")
        .unique(
            ["operation_id", "period_start", "period_end", "prm", "series", "slot"], keep="last", maintain_order=True
        )
    )
    found: dict[tuple[str, date, date], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    columns = ("operation_id", "period_start", "period_end", "prm", "slot", "series", "energy_kwh")
    for operation_id, start, end, prm, slot, series, value in latest.select(columns).iter_rows():
        energies = found[operation_id, start, end][prm]
        if series == "consumption" and value is not None:
            energies[slot] = value
        else:
            energies.setdefault(slot, float("nan"))
    return found


def _slots(
    result: OperationResult, published: Mapping[str, Mapping[str, float]], sites: Mapping[str, slots.Site]
) -> list[SlotEnergy]:
    side = result.consumers
    shared = result.split.self_consumption if result.split else None
    complement = None if shared is None else side.measured - shared
    return slots.slot_energies(side.members.prms, (side.measured, shared, complement), published, sites, result.period)


def _strangers(landed: Mapping[str, pl.DataFrame], participants: pl.DataFrame) -> dict[str, list[tuple[Stay, str]]]:
    """Return, by operation, the stays of the perimeter whose role nothing tells, with the file that lists them."""
    found: dict[str, list[tuple[Stay, str]]] = defaultdict(list)
    rows = role_unknown(landed["perimeter"], participants, landed["file"])
    for operation_id, prm, valid_from, valid_to, path in rows.iter_rows():
        found[operation_id].append((Stay(prm, "", valid_from, valid_to), path))
    return found


def _unknown_roles(strangers: list[tuple[Stay, str]], start: date, end: date) -> list[Fault]:
    message = "Le périmètre cite {}, dont ni l'Annexe 2 ni aucune courbe ne dit s'il consomme ou s'il produit."
    found = {stay.prm: path for stay, path in strangers if stay.overlaps(start, end)}
    return [
        Fault("role_unknown", message.format(prm), prm, evidence=[{"file": path}])
        for prm, path in sorted(found.items())
    ]


def _surprise(error: Exception) -> Fault:
    message = f"Le calcul de la période a échoué ({type(error).__name__} : {error}) ; les autres opérations continuent."
    where = extract_tb(error.__traceback__)[-1]
    return Fault(
        "operation_not_computed", message, evidence=[{"file": Path(where.filename).name, "line": where.lineno}]
    )
