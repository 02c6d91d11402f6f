"""Which keys hold at each step of a period (convention §4), and the mart of the declared ones."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline import french
from energy_pipeline.allocation import hypotheses, key_files
from energy_pipeline.allocation.faults import Fault, Proof
from energy_pipeline.allocation.kernel import default_shares
from energy_pipeline.allocation.key_files import KeyFile
from energy_pipeline.allocation.static_keys import DeclaredType, StaticVersion, holding, static_versions
from energy_pipeline.metering import gaps
from energy_pipeline.periods import grid
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import frame, validate

FloatArray = NDArray[np.float64]
BY_DEFAULT = "clés par défaut"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the keys of a period depend on; the arrays are in W, 0 where missing or outside the stay."""

    period_start: date
    period_end: date
    step_minutes: int
    producers: list[str]
    consumers: list[str]
    perimeter: Set[str] | None
    """Consumers of the perimeter on the period; None when there is no perimeter."""
    types: list[DeclaredType]
    statics: list[StaticVersion]
    files: list[KeyFile]
    production: FloatArray
    consumption: FloatArray
    published: FloatArray
    """Published self-consumption, (consumers, steps), NaN where there is none."""
    known: NDArray[np.bool_]
    """(steps,): whether every participant present was measured."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys used: `shares` as `kernel.allocate` takes them, None when no key is known."""

    shares: FloatArray | None
    key_type: str | None
    source: str | None
    default_steps: int | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Keys over the steps [first, last) of the period; `shares` None: default keys."""

    first: int
    last: int
    key_type: str
    source: str
    shares: FloatArray | None = None
    default_at: NDArray[np.bool_] | None = None
    """(steps of the period,): where default keys replace `shares`."""


def resolve(inputs: Inputs) -> tuple[Keys, list[Fault]]:
    """Return the keys of a period and the faults of what declares them.

    Static keys change on the day of their version; a version above 100 % is refused and the previous one holds
    (§4.3.2). A mailed file with any fault, or none at all, gives default keys for the whole period (§4.4.1, §4.4.2);
    keys sent by API are judged step by step.
    Without any key nor type, `hypotheses` looks for keys that reproduce the published split.
    """
    faults: list[Fault] = []
    pieces: list[_Piece] = []
    end = grid.next_day(inputs.period_end)
    types = holding(inputs.types, inputs.period_start, end) or _undeclared(inputs)
    dynamic: _Piece | None = None
    for (start, declared), stop in zip(types, [*(start for start, _ in types[1:]), end], strict=False):
        if declared.key_type == "default":
            pieces.append(_Piece(*_steps(inputs, start, stop), "default", f"{BY_DEFAULT} (article 4.1)"))
        elif declared.key_type == "static":
            pieces += _static_pieces(inputs, start, stop, faults)
        else:
            dynamic = dynamic or _dynamic_piece(inputs, declared.key_type, faults)
            first, last = _steps(inputs, start, stop)
            pieces.append(_Piece(first, last, dynamic.key_type, dynamic.source, dynamic.shares, dynamic.default_at))
    if pieces:
        faults += _unused_files(inputs, pieces) if dynamic is None else []
        return _assembled(inputs, pieces), faults
    found = hypotheses.verify(inputs.production, inputs.consumption, inputs.published, inputs.known)
    if found is None or any(declared.key_type == "static" for _, declared in types):
        faults.append(_unknown(types, found, is_published=bool(np.isfinite(inputs.published).any())))
    if found is None:
        return Keys(None, None, None, None), faults
    steps = inputs.consumption.shape[1] if found.key_type == "default" else 0
    return Keys(found.shares, found.key_type, found.source, steps), faults


def _undeclared(inputs: Inputs) -> list[tuple[date, DeclaredType]]:
    """Return the type that the files at hand imply when none is declared: dynamic, else static, else nothing."""
    own, common = key_files.of_period(inputs.files, inputs.period_start, inputs.period_end)
    implied = "full_dynamic" if own else "dynamic" if common else "static" if inputs.statics else None
    return [(inputs.period_start, DeclaredType(inputs.period_start, implied))] if implied else []


def _steps(inputs: Inputs, start: date, stop: date) -> tuple[int, int]:
    return (
        grid.index_of(start, inputs.period_start, inputs.step_minutes),
        grid.index_of(stop, inputs.period_start, inputs.step_minutes),
    )


def _static_pieces(inputs: Inputs, start: date, stop: date, faults: list[Fault]) -> list[_Piece]:
    refused = [version for _, version in holding(inputs.statics, start, stop) if version.is_refused]
    accepted = [version for version in inputs.statics if not version.is_refused]
    if refused:
        faults.append(_above_one(refused[-1], has_previous=bool(accepted)))
    if not accepted:
        source = f"{BY_DEFAULT} (clés statiques refusées, article 4.3.2)"
        return [_Piece(*_steps(inputs, start, stop), "default", source)] if refused else []
    held = holding(accepted, start, stop)
    ends = [*(first for first, _ in held[1:]), stop]
    return [
        _Piece(
            *_steps(inputs, first, last),
            "static",
            version.path,
            np.array([[float(version.shares.get(prm, 0))] for prm in inputs.consumers]).reshape(-1, 1),
        )
        for (first, version), last in zip(held, ends, strict=True)
    ]


def _dynamic_piece(inputs: Inputs, declared: str, faults: list[Fault]) -> _Piece:
    period = (inputs.period_start, inputs.period_end)
    steps = inputs.consumption.shape[1]
    own, common = key_files.of_period(inputs.files, *period)
    if own:
        return _full_dynamic_piece(inputs, own, faults)
    if common is None:
        faults.append(
            Fault(
                "key_missing",
                f"Aucun fichier de clés dynamiques pour la période {french.short_period(*period)} : "
                f"clés par défaut appliquées à toute la période (article 4.4.1).",
            )
        )
        return _Piece(0, steps, "default", f"{BY_DEFAULT} (article 4.4.1)")
    if common.is_by_api and common.covers(*period) and common.percents.shape[1] == steps:
        return _step_by_step_piece(inputs, common, faults)
    fault = key_files.fault(common, inputs.perimeter, *period, inputs.step_minutes)
    if fault or common.percents.shape[1] != steps:
        faults += [fault] if fault else []
        return _Piece(0, steps, "default", f"{BY_DEFAULT} (article 4.4.2)")
    return _Piece(0, steps, "dynamic", common.path, common.rows_of(inputs.consumers))


def _step_by_step_piece(inputs: Inputs, file: KeyFile, faults: list[Fault]) -> _Piece:
    """Keys common to all producers, sent by API (§4.4.2.1): default keys at the steps that are not compliant."""
    invalid = key_files.invalid_steps(file, inputs.perimeter)
    if invalid.any():
        steps, count, first = len(invalid), int(invalid.sum()), int(np.argmax(invalid))
        message = (
            f"Clés dynamiques non conformes à {french.plural(count, 'pas', 'pas')}, le premier le "
            f"{french.short_moment(gaps.instant(first, *_period(inputs)))} : "
            "clés par défaut appliquées à ces pas (article 4.4.2.1)."
        )
        proof: Proof = [{"file": file.path, "line": first + 2}]
        faults.append(Fault("key_file_not_compliant", message, None, None, steps, steps - count, "pas", proof))
    shares = np.where(invalid, 0.0, np.nan_to_num(file.rows_of(inputs.consumers)))
    return _Piece(0, len(invalid), "dynamic", file.path, shares, default_at=invalid)


def _full_dynamic_piece(inputs: Inputs, files: list[KeyFile], faults: list[Fault]) -> _Piece:
    """Keys per producer, sent by API (§4.4.2.2): a producer's invalid step is surplus; all invalid, default keys."""
    steps = inputs.consumption.shape[1]
    shares = np.zeros((len(inputs.producers), len(inputs.consumers), steps))
    valid = np.zeros((len(inputs.producers), steps), dtype=bool)
    proof: list[dict[str, object]] = []
    by_producer = {file.producer_prm: file for file in files}
    for row, prm in enumerate(inputs.producers):
        file = by_producer.get(prm)
        if file is None or file.percents.shape[1] != steps:
            continue
        valid[row] = ~key_files.invalid_steps(file, inputs.perimeter)
        shares[row] = np.where(valid[row], np.nan_to_num(file.rows_of(inputs.consumers)), 0.0)
        if not valid[row].all():
            proof.append({"file": file.path, "line": int(np.argmin(valid[row])) + 2})
    invalid = int((~valid).any(axis=0).sum())
    if invalid:
        first = french.short_moment(gaps.instant(int(np.argmin(valid.all(axis=0))), *_period(inputs)))
        message = (
            f"Clés par producteur absentes ou non conformes à {french.plural(invalid, 'pas', 'pas')}, le premier le "
            f"{first} : production de ces producteurs comptée en surplus, ou clés par défaut si aucune clé n'est "
            f"conforme (article 4.4.2.2)."
        )
        faults.append(
            Fault(
                "key_file_not_compliant", message, expected=steps, observed=steps - invalid, unit="pas", evidence=proof
            )
        )
    source = " ; ".join(sorted({file.path for file in files}))
    nobody = np.equal(valid.sum(axis=0), 0)
    return _Piece(0, steps, "full_dynamic", source, shares, default_at=nobody)


def _assembled(inputs: Inputs, pieces: list[_Piece]) -> Keys:
    """Return the keys of consecutive pieces as one array, default keys where they apply."""
    steps = inputs.consumption.shape[1]
    at_default = np.zeros(steps, dtype=bool)
    for piece in pieces:
        part = slice(piece.first, piece.last)
        if piece.shares is None:
            at_default[part] = True
        elif piece.default_at is not None:
            at_default[part] = piece.default_at[part]
    kinds = {piece.key_type for piece in pieces if piece.shares is not None}
    if at_default.any():
        kinds.add("default")
    if at_default.all():
        kinds = {"default"}
    key_type = kinds.pop() if len(kinds) == 1 else "mixed"
    source = " ; ".join(dict.fromkeys(piece.source for piece in pieces))
    count = int(at_default.sum())
    if len(pieces) == 1 and not at_default.any():
        return Keys(pieces[0].shares, key_type, source, count)
    by_default = default_shares(inputs.consumption)
    if at_default.all():
        return Keys(by_default, key_type, source, count)
    per_producer = any(piece.shares is not None and piece.shares.ndim == 3 for piece in pieces)
    shape = (len(inputs.producers), *by_default.shape) if per_producer else by_default.shape
    shares = np.zeros(shape)
    for piece in pieces:
        if piece.shares is not None:
            whole = np.broadcast_to(piece.shares, (*piece.shares.shape[:-1], steps))
            shares[..., piece.first : piece.last] = whole[..., piece.first : piece.last]
    shares[..., at_default] = by_default[:, at_default]
    return Keys(shares, key_type, source, count)


def _period(inputs: Inputs) -> tuple[date, date, int]:
    return inputs.period_start, inputs.period_end, inputs.step_minutes


def _above_one(version: StaticVersion, has_previous: bool) -> Fault:
    held = "les clés précédentes restent appliquées" if has_previous else "les clés par défaut sont appliquées"
    return Fault(
        "share_sum_above_one",
        f"La somme des clés statiques déclarées le {french.short_day(version.declared_on)} atteint "
        f"{french.percent(float(version.total), 2)} : version refusée, {held} (article 4.3.2).",
        expected=1.0,
        observed=float(version.total),
        unit="1",
        evidence=[
            {"file": version.path, "line": version.lines[prm], "value": float(share)}
            for prm, share in version.shares.items()
        ],
    )


def _unknown(
    types: list[tuple[date, DeclaredType]], found: hypotheses.Hypothesis | None, *, is_published: bool
) -> Fault:
    declared = "Clés statiques déclarées sans leurs valeurs" if types else "Aucune clé de répartition connue"
    if found:
        done = f"répartition recalculée selon l'{found.source}"
    elif is_published:
        done = "aucune hypothèse ne reproduit la répartition publiée, qui n'est donc pas recalculée"
    else:
        done = "aucune répartition n'est publiée d'où les déduire, ni recalculée"
    return Fault("key_missing", f"{declared} : {done}.")


def _unused_files(inputs: Inputs, pieces: list[_Piece]) -> list[Fault]:
    """Return a fault if key files came for the period of an operation that declares no dynamic keys."""
    period = (inputs.period_start, inputs.period_end)
    own, common = key_files.of_period(inputs.files, *period)
    found = [*own, *([common] if common and common.covers(*period) else [])]
    if not found:
        return []
    declared = "statiques" if any(piece.key_type == "static" for piece in pieces) else "par défaut"
    message = (
        f"Clés dynamiques reçues pour la période {french.short_period(*period)}, mais l'opération est à clés "
        f"{declared} : elles ne sont pas utilisées."
    )
    return [Fault("key_file_unused", message, evidence=[{"file": file.path} for file in found])]


def distribution_keys(
    operations: pl.DataFrame, participants: pl.DataFrame, declared: pl.DataFrame, dynamic_keys: pl.DataFrame
) -> pl.DataFrame:
    """Return `marts.distribution_key`: static keys by version, and the mean over its period of each dynamic one.

    `operations`, `participants`: marts; `declared`: landing.participant, `dynamic_keys`: landing.dynamic_key, both
    with `received_at` and `path`. A version above 100 % is left out; so is a file of which no step is compliant.
    """
    types = dict(operations.select("operation_id", "key_type").iter_rows())
    arrivals = dict(participants.group_by("operation_id").agg(pl.col("valid_from").min()).iter_rows())
    rows: list[dict[str, object]] = []
    for operation_id, versions in static_versions(declared).items():
        if types.get(operation_id) in (None, "static"):
            rows += _static_rows(operation_id, versions, arrivals.get(operation_id))
    for operation_id, files in key_files.key_files(dynamic_keys).items():
        rows += _dynamic_rows(operation_id, files)
    order = ("operation_id", "valid_from", "consumer_prm", "producer_prm")
    return validate(marts.DISTRIBUTION_KEY, frame(marts.DISTRIBUTION_KEY, rows).sort(*order))


def _static_rows(operation_id: str, versions: list[StaticVersion], arrival: date | None) -> list[dict[str, object]]:
    accepted = [version for version in versions if not version.is_refused]
    starts = [version.declared_on for version in accepted]
    if starts and arrival:
        starts[0] = min(starts[0], arrival)
    return [
        {
            "operation_id": operation_id,
            "consumer_prm": prm,
            "valid_from": start,
            "valid_to": stop,
            "key_type": "static",
            "share": share,
            "source_file": version.path,
        }
        for version, start, stop in zip(accepted, starts, [*starts[1:], None], strict=False)
        for prm, share in version.shares.items()
    ]


def _dynamic_rows(operation_id: str, files: list[KeyFile]) -> list[dict[str, object]]:
    latest = {(file.producer_prm, file.period_start, file.period_end): file for file in files}
    rows: list[dict[str, object]] = []
    for file in latest.values():
        sound = ~key_files.invalid_steps(file, None)
        if not sound.any() or not (sound.all() or file.producer_prm or file.is_by_api):
            continue
        means = file.percents[:, sound].mean(axis=1) / 100
        rows += [
            {
                "operation_id": operation_id,
                "consumer_prm": prm,
                "producer_prm": file.producer_prm,
                "valid_from": file.period_start,
                "valid_to": grid.next_day(file.period_end),
                "key_type": "full_dynamic" if file.producer_prm else "dynamic",
                # Rounded down, so that rounding never makes a sum exceed 1.
                "share": Decimal(str(round(mean, 9))).quantize(Decimal("0.000001"), ROUND_DOWN),
                "source_file": file.path,
            }
            for prm, mean in zip(file.consumers, means.tolist(), strict=True)
        ]
    return rows
