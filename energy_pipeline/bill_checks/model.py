"""What a check is, and how it is applied: expressions over the frame of the bills, one row per detail."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry, catalogue
from energy_pipeline.bill_checks.labels import absent
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import polars_schema

EUR, KWH, DAYS, KVA, FRACTION = "EUR", "kWh", "jour", "kVA", "1"
ELECTRICITY, GAS = ("electricity",), ("gas",)
BOTH = (*ELECTRICITY, *GAS)


@dataclass(frozen=True)
class Outcome:
    """What a check says of each bill, as expressions.

    `failed`: Boolean. `needs`: columns without which it cannot be judged. `unless`: reasons (String, NULL when there is
    none) why it is not judged, the first wins. `only`: the bills that it is about. `doubtful`: a failure that is at
    most to review. `invoiced`, `expected` (Float64, in `unit`), `method` and `source` (String, French) prove it; `base`
    and `grid_option` are what explains the amount, as in marts.bill_check; `amount_eur` is the euros excluding VAT,
    positive when owed to us, `amount_ttc_eur` including VAT.
    """

    failed: pl.Expr
    needs: tuple[str, ...] = ()
    unless: tuple[pl.Expr, ...] = ()
    only: pl.Expr | None = None
    doubtful: pl.Expr | None = None
    invoiced: pl.Expr | None = None
    expected: pl.Expr | None = None
    unit: str | None = None
    method: pl.Expr | None = None
    source: pl.Expr | None = None
    base: pl.Expr | None = None
    grid_option: pl.Expr | None = None
    amount_eur: pl.Expr | None = None
    amount_ttc_eur: pl.Expr | None = None
    pair: str = "consumption"


@dataclass(frozen=True)
class Check:
    """A check: its name in the catalogue, and what makes its outcome from the catalogue's entry.

    `after`: checks whose failure leaves this one without object. `of_credits`: it also judges credits; `of_credited`:
    it also judges invoices that a credit cancels. `fluids`: the energies whose bills it judges.
    """

    name: str
    outcome: Callable[[Entry], Outcome]
    after: tuple[str, ...] = ()
    of_credits: bool = False
    of_credited: bool = False
    fluids: tuple[str, ...] = ELECTRICITY


KEY = ("supplier", "invoice_number", "detail_id", "prm")
POINT = (*KEY, "pce")
SCHEMA = polars_schema(marts.BILL_CHECK)


def said(value: pl.Expr, digits: int = 2) -> pl.Expr:
    """Return numbers as a French text, with `digits` decimals at most: `21,93`, `1000`."""
    text = value.round(digits).cast(pl.Decimal(38, digits)).cast(pl.String)
    return text.str.replace(r"\.?0+$", "").str.replace(".", ",", literal=True).str.replace("-", "−", literal=True)


def failure(name: str) -> str:
    """Return the Boolean column that says which bills failed the check `name`, for the checks applied after it."""
    return f"_{name}_failed"


def _reason(check: Check, outcome: Outcome, entries: dict[str, Entry]) -> pl.Expr:
    reasons: list[pl.Expr] = []
    if not check.of_credits:
        reasons.append(pl.when(pl.col("kind") != "invoice").then(pl.lit("Avoir ou annulation.")))
    if not check.of_credited:
        reasons.append(pl.when("is_credited").then(pl.lit("Facture annulée par un avoir.")))
    reasons += [
        pl.when(failure(name)).then(pl.lit(f"Sans objet tant que n'est pas réglé : {entries[name].title}."))
        for name in check.after
    ]
    if outcome.needs:
        reasons.append(absent(outcome.needs))
    reasons += outcome.unless
    reasons.append(pl.when(outcome.failed.is_null()).then(pl.lit("Données insuffisantes.")))
    return pl.coalesce(reasons).cast(pl.String)


def _value(expression: pl.Expr | None, name: str) -> pl.Expr:
    given = pl.lit(None) if expression is None else expression
    return given.cast(SCHEMA[name]).alias(name)


def _proofs(outcome: Outcome) -> list[tuple[str, pl.Expr]]:
    written = {
        "invoiced": outcome.invoiced,
        "expected": outcome.expected,
        "unit": pl.lit(outcome.unit),
        "method": outcome.method,
    }
    return [(name, _value(expression, name)) for name, expression in written.items()]


def apply(bills: pl.DataFrame, checks: tuple[Check, ...]) -> pl.DataFrame:
    """Return `marts.bill_check`: a row per bill and check, in the order of `checks`.

    `bills`: of `bills.prepare`, priced. A check named in `after` must come before the check that names it.
    """
    entries = dict(catalogue())
    rows: list[pl.DataFrame] = []
    for check in checks:
        entry = entries[check.name]
        outcome = check.outcome(entry)
        concerned = pl.col("fluid").is_in(check.fluids)
        only = concerned if outcome.only is None else concerned & outcome.only.fill_null(False)
        judged = bills.with_columns(
            _reason(check, outcome, entries).alias("reason"),
            outcome.failed.fill_null(False).alias("_failed"),
            (pl.lit(False) if outcome.doubtful is None else outcome.doubtful.fill_null(False)).alias("_doubtful"),
            only.alias("_only"),
        ).with_columns(_failed=pl.col("_failed") & pl.col("reason").is_null() & pl.col("_only"))
        bills = bills.with_columns(judged["_failed"].alias(failure(check.name)))
        failed, doubtful = pl.col("_failed"), pl.col("_doubtful")
        rows.append(
            judged.filter("_only").select(
                *POINT,
                "month",
                pl.lit(check.name).alias("check_name"),
                pl.lit(entry.family).alias("family"),
                pl.when(pl.col("reason").is_not_null())
                .then(pl.lit("ignored"))
                .when(failed & ~doubtful)
                .then(pl.lit(entry.decision))
                .when(failed)
                .then(pl.lit("review"))
                .otherwise(pl.lit("valid"))
                .alias("decision"),
                "reason",
                pl.col(f"{outcome.pair}_start").alias("period_start"),
                pl.col(f"{outcome.pair}_end").alias("period_end"),
                *(pl.when(pl.col("reason").is_null()).then(proof).alias(name) for name, proof in _proofs(outcome)),
                *(
                    pl.when("_failed").then(_value(amount, name).round(2, mode="half_away_from_zero")).alias(name)
                    for name, amount in (("amount_eur", outcome.amount_eur), ("amount_ttc_eur", outcome.amount_ttc_eur))
                ),
                # What explains an amount is told even where the check is without object: the kWh being contested.
                _value(outcome.base, "base"),
                _value(outcome.grid_option, "grid_option"),
                pl.coalesce(_value(outcome.source, "source"), pl.lit(entry.source)).alias("source"),
                "path",
                "line",
            )
        )
    return pl.concat(rows).select(pl.col(name).cast(type_) for name, type_ in SCHEMA.items())
