"""Why a bill could not be compared with curves: which one lacks, on which days, and whether its file was refused."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.allocation.comparison import OWN_KEYS
from energy_pipeline.reconciliation.files import standing_refusals

NO_DATES = "La facture ne donne pas ses dates de consommation."
REVERSED_DATES = "La période de consommation de la facture finit avant de commencer."
NO_OPERATION = "Ce point n'est d'aucune opération connue à ces dates : aucune courbe à comparer."
NO_KEYS = "Clés de répartition inconnues, et complément non publié en entier"
NO_SPLIT = "Complément non publié en entier, et non recalculable"
OF_PRODUCER = "une courbe de producteur est incomplète"
OF_ANYBODY = "une courbe de producteur, ou de consommateur sous clés par défaut, est incomplète"
MOST_SPANS = 3
MOST_POINTS = 6
DAY = timedelta(days=1)


def with_reasons(
    judged: pl.DataFrame, known: pl.DataFrame, participants: pl.DataFrame, periods: pl.DataFrame, files: pl.DataFrame
) -> pl.DataFrame:
    """Return `judged` with `reason`, in French, of the bills whose verdict is `no_curve`; NULL for the others.

    `judged`: of `bills.reconcile`; `known`: of `bills.known_days`; `participants`: marts.participant; `periods`:
    computed.operation_period; `files`: landing.file.
    """
    is_told = pl.col("prm").is_not_null() & pl.col("operation_id").is_not_null()
    has_dates = pl.col("run_start").is_not_null() & pl.col("consumption_end").is_not_null()
    is_reversed = (pl.col("run_start") > pl.col("consumption_end")).fill_null(False)
    asked = judged.filter((pl.col("verdict") == "no_curve") & is_told & has_dates & ~is_reversed)
    reasons = _Reasons(asked, known, participants, periods, files)
    told = [(row["bill"], reasons.of(row)) for row in asked.iter_rows(named=True)]
    frame = pl.DataFrame(told, schema={"bill": judged.schema["bill"], "reason": pl.String}, orient="row")
    unplaced = pl.when(is_reversed).then(pl.lit(REVERSED_DATES)).otherwise(pl.lit(NO_OPERATION))
    general = pl.when(has_dates).then(unplaced).otherwise(pl.lit(NO_DATES))
    return judged.join(frame, on="bill", how="left", maintain_order="left").with_columns(
        pl.when(pl.col("verdict") == "no_curve").then(pl.coalesce("reason", general)).alias("reason")
    )


class _Reasons:
    """What the reasons of several bills are looked up in."""

    def __init__(
        self,
        asked: pl.DataFrame,
        known: pl.DataFrame,
        participants: pl.DataFrame,
        periods: pl.DataFrame,
        files: pl.DataFrame,
    ) -> None:
        points = asked["prm"].unique()
        operations = asked["operation_id"].unique()
        days = known.filter(pl.col("prm").is_in(points.implode()))
        columns = ("day", "consumption_kwh", "complement_kwh", "published_complement_kwh", "producers_known")
        self.days = {prm: {row[0]: row[1:] for row in group.select(columns).iter_rows()}
                     for (prm,), group in days.partition_by("prm", as_dict=True).items()}  # fmt: skip
        involved = participants.filter(pl.col("operation_id").is_in(operations.implode()))
        self.stays = {
            operation_id: group.select("prm", "role", "valid_from", "valid_to").to_dicts()
            for (operation_id,), group in involved.partition_by("operation_id", as_dict=True).items()
        }
        shared_out = periods.filter(
            pl.col("operation_id").is_in(operations.implode()) & ~pl.col("key_type_used").is_in(OWN_KEYS)
        )
        # Of the operations under default keys, where the curve of each consumer is in the share of the others.
        self.default_periods = shared_out.select("operation_id", "period_start", "period_end").rows()
        measured = known.filter(
            pl.col("operation_id").is_in(shared_out["operation_id"].implode()) & pl.col("consumption_kwh").is_not_null()
        )
        self.measured: dict[str, set[date]] = {
            prm: set(days) for prm, days in measured.group_by("prm").agg("day").iter_rows()
        }
        self.read = self._spans(files.filter(pl.col("status") == "loaded"))
        self.refused = self._spans(standing_refusals(files))

    @staticmethod
    def _spans(files: pl.DataFrame) -> Mapping[str, list[dict[str, Any]]]:
        curves = files.filter(pl.col("prm").is_not_null() & pl.col("period_start").is_not_null())
        return {prm: group.to_dicts() for (prm,), group in curves.partition_by("prm", as_dict=True).items()}

    def of(self, row: Mapping[str, Any]) -> str:
        first, last = row["run_start"], row["consumption_end"]
        wanted = [first + DAY * count for count in range((last - first).days + 1)]
        stays = self.stays.get(row["operation_id"], [])
        own = [stay for stay in stays if stay["prm"] == row["prm"] and stay["role"] == "consumer"]
        outside = [day for day in wanted if not any(_holds(stay, day) for stay in own)]
        if outside:
            return f"Ce point n'est pas dans l'opération {_told(outside)}."
        known = self.days.get(row["prm"], {})
        missing = [day for day in wanted if known.get(day, (None,))[0] is None]
        if missing:
            return f"Courbe de consommation du point absente {_told(missing)}.{self._refused([row['prm']], missing)}"
        unshared = [day for day in wanted if known[day][1] is None and known[day][2] is None]
        if not unshared:
            unshared = [day for day in wanted if known[day][1] is None]
        return self._of_share(row["operation_id"], stays, {day: known[day][3] for day in unshared})

    def _of_share(
        self, operation_id: str, stays: Sequence[Mapping[str, Any]], producers_known: Mapping[date, int | None]
    ) -> str:
        """Return why the share of a point whose curve is known is not, on days of which `producers_known` is given."""
        days = list(producers_known)
        producers = sorted({stay["prm"] for stay in stays if stay["role"] == "producer"
                            and any(_holds(stay, day) for day in days)})  # fmt: skip
        lacking = [prm for prm in producers if not self._is_read(prm, days)]
        if lacking:
            who = f"{'du producteur' if len(lacking) == 1 else 'des producteurs'} {french.listed(lacking)}"
            return f"Courbe de production {who} absente {_told(days)}.{self._refused(lacking, days)}"
        refused = self._refused(producers, days)
        if producers and None not in producers_known.values():
            return f"{NO_KEYS} {_told(days)}.{refused}"
        shared_out = [day for day in days if self._is_default(operation_id, day)]
        consumers = self._unmeasured(stays, shared_out)
        if not consumers:
            return f"{NO_SPLIT} : {OF_ANYBODY if shared_out else OF_PRODUCER} {_told(days)}.{refused}"
        absent = sorted(set[date]().union(*consumers.values()))
        return (
            f"{NO_SPLIT} sous clés par défaut : courbe de consommation {_points(list(consumers))} absente "
            f"{_told(absent)}.{self._refused(list(consumers), absent)}"
        )

    def _is_default(self, operation_id: str, day: date) -> bool:
        return any(
            operation == operation_id and first <= day <= last for operation, first, last in self.default_periods
        )

    def _unmeasured(self, stays: Sequence[Mapping[str, Any]], days: Sequence[date]) -> Mapping[str, set[date]]:
        """Return the consumers of the operation whose curve has no value on some of the days: those days, by PRM."""
        found: dict[str, set[date]] = defaultdict(set)
        for stay in stays:
            if stay["role"] == "consumer":
                measured = self.measured.get(stay["prm"], set())
                found[stay["prm"]] |= {day for day in days if _holds(stay, day) and day not in measured}
        return {prm: found[prm] for prm in sorted(found) if found[prm]}

    def _is_read(self, prm: str, days: Sequence[date]) -> bool:
        curves = [file for file in self.read.get(prm, ()) if file["kind"] == "curve" and file["series"] == "production"]
        return all(any(file["period_start"] <= day <= file["period_end"] for file in curves) for day in days)

    def _refused(self, prms: Sequence[str], days: Sequence[date]) -> str:
        """Return what is said of the files of these points that lie in quarantine; nothing if none does."""
        files = [
            file for prm in prms for file in self.refused.get(prm, ())
            if file["period_start"] <= days[-1] and (file["period_end"] or file["period_start"]) >= days[0]
        ]  # fmt: skip
        return "".join(
            f" Fichier « {file['name']} » refusé : {(file['reason'] or 'motif inconnu').rstrip('.')}." for file in files
        )


def _holds(stay: Mapping[str, Any], day: date) -> bool:
    return stay["valid_from"] <= day and (stay["valid_to"] is None or day < stay["valid_to"])


def _points(prms: Sequence[str]) -> str:
    shown = [*prms[:MOST_POINTS]]
    if (more := len(prms) - MOST_POINTS) > 0:
        shown.append(french.plural(more, "autre"))
    return f"{'du consommateur' if len(prms) == 1 else 'des consommateurs'} {french.listed(shown)}"


def _told(days: Sequence[date]) -> str:
    """Return the stretches of `days` (in order): `du 01/10/2025 au 12/10/2025 et le 20/10/2025`."""
    spans = list(_spans(days))
    told = [french.short_period(first, last) if first < last else f"le {french.short_day(first)}"
            for first, last in spans[:MOST_SPANS]]  # fmt: skip
    if (more := len(spans) - MOST_SPANS) > 0:
        told.append(french.plural(more, "autre plage", "autres plages"))
    return french.listed(told)


def _spans(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    first = days[0]
    for day, following in zip(days, [*days[1:], None], strict=True):
        if following is None or following - day > DAY:
            yield first, day
            first = following or day
