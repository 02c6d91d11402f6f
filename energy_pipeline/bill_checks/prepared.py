"""The frame on which the checks work: a row per detail of the month, with its site, its curves and its past."""

from datetime import date

import polars as pl
from stdnum.fr.siret import is_valid

from energy_pipeline.bill_checks.registers import REGISTERS, index_kwh
from energy_pipeline.invoices.checks import total_mismatches
from energy_pipeline.invoices.details import AMOUNTS, KEY, billed_kwh, kind, month, plain, reading
from energy_pipeline.reconciliation.ledger import standing_bills

PAIRS = ("subscription", "consumption", "fixed_grid")
"""The three date pairs of a detail: the fixed parts are billed ahead, so each follows only itself."""
POINT = ["supplier", "point"]
SITE = ("segment", "tariff_option", "subscribed_kva", "valid_from", "valid_to")
CURVES = {
    "operation_id": pl.String(),
    "consumption_kwh": pl.Float64(),
    "complement_kwh": pl.Float64(),
    "verdict": pl.String(),
    "amount_eur": pl.Float64(),
    "is_participant": pl.Boolean(),
    "energy_base": pl.String(),
    "slot_verdict": pl.String(),
}
VAT = ("vat_base_reduced_eur", "vat_reduced_eur", "vat_base_normal_eur", "vat_normal_eur")
SAME_EUROS = 0.005


def prepare(details: pl.DataFrame, sites: pl.DataFrame, reconciled: pl.DataFrame | None, wanted: date) -> pl.DataFrame:
    """Return the details of the month `wanted`, with what the checks compare them with.

    `details`: of `latest_details`, all months; `sites`: marts.site; `reconciled`: marts.invoice_reconciliation of the
    month, or None. Amounts become Float64. Added: `row`, `month`, `kind`, `reading`, `point` (PRM, or PCE for gas),
    `billed_kwh`, `is_credited`, `site_…`, `curve_…`, `has_participants` (whether `reconciled` tells
    if the point is one: it cannot while some operation has named no participants), the point's past.
    """
    with_month = details.with_columns(month().alias("month"), point=pl.coalesce("prm", "pce"))
    points = with_month.filter(pl.col("month") == wanted).select(POINT).unique()
    numbers = with_month.filter(pl.col("month") == wanted).select("supplier", "invoice_number").unique()
    history = (
        pl.concat(
            [
                with_month.join(points, on=POINT, how="semi", nulls_equal=True),
                with_month.join(numbers, on=["supplier", "invoice_number"], how="semi"),
            ]
        )
        .unique(KEY, keep="first", maintain_order=True)
        .sort("invoice_date", *KEY)
        .with_row_index("row")
        .with_columns(
            pl.col(AMOUNTS).cast(pl.Float64),
            kind().alias("kind"),
            reading().alias("reading"),
            billed_kwh().alias("billed_kwh"),
            plain("detail_type").fill_null("").alias("type_words"),
        )
    )
    history = _with_credits(history)
    for pair in PAIRS:
        history = _with_previous_end(history, pair)
    history = _with_past(_with_duplicates(history))
    bills = history.filter(pl.col("month") == wanted)
    return _with_curves(_with_site(_with_totals(bills, history), sites), reconciled)


def _with_credits(history: pl.DataFrame) -> pl.DataFrame:
    """Add `is_credited`, and to a credit `origin_eur` and `origin_ttc_eur`: what its origin bills, NULL if unknown."""
    # Credits are paired by point: a PCE stands there for the PRM of a gas bill.
    standing = standing_bills(history.drop("month", "kind", "reading", "billed_kwh").with_columns(prm="point"))
    cancelled = standing.filter(
        pl.col("is_cancelled") & (pl.col("kind") == "invoice") & (pl.col("billed_kwh") >= 0)
    ).select("row", pl.lit(True).alias("is_credited"))
    origins = history.group_by(*POINT, pl.col("invoice_number").alias("origin_number")).agg(
        *(
            pl.when(pl.col(total).is_not_null().all()).then(pl.col(total).sum()).alias(name)
            for total, name in (("total_excl_vat_eur", "origin_eur"), ("total_incl_vat_eur", "origin_ttc_eur"))
        )
    )
    return (
        history.join(cancelled, on="row", how="left")
        .join(origins, on=[*POINT, "origin_number"], how="left")
        .with_columns(pl.col("is_credited").fill_null(False))
    )


def _stands() -> pl.Expr:
    return (pl.col("kind") == "invoice") & ~pl.col("is_credited")


def _with_previous_end(history: pl.DataFrame, pair: str) -> pl.DataFrame:
    """Add `<pair>_previous_end`: the last day that the bills before this one cover, for this pair of dates."""
    start, end = f"{pair}_start", f"{pair}_end"
    previous = f"{pair}_previous_end"
    chain = (
        history.filter(_stands() & (pl.col(start) <= pl.col(end)))
        .unique([*POINT, "invoice_number", start, end], keep="first", maintain_order=True)
        .sort(*POINT, start, end, "invoice_date", "invoice_number")
        .with_columns(pl.col(end).cum_max().shift(1).over(POINT).alias(previous))
        .select(*POINT, "invoice_number", start, end, previous)
    )
    return history.join(chain, on=[*POINT, "invoice_number", start, end], how="left")


def _with_duplicates(history: pl.DataFrame) -> pl.DataFrame:
    """Add `same_in_invoice` and `same_elsewhere`: the detail that this one repeats (invoice, detail), or NULL."""
    content = (*POINT, "consumption_start", "consumption_end", "billed_kwh", "total_excl_vat_eur", "energy_eur")
    rows = history.filter(
        _stands() & (pl.col("total_excl_vat_eur").abs() > SAME_EUROS) & pl.col("consumption_end").is_not_null()
    ).sort("invoice_date", *KEY)
    first = {name: pl.col(name).first().over(*content) for name in ("invoice_number", "detail_id")}
    is_later = pl.int_range(pl.len()).over(*content) > 0
    is_same_invoice = pl.int_range(pl.len()).over(*content, "invoice_number") > 0
    repeated = rows.select(
        *KEY,
        same_in_invoice=pl.when(is_same_invoice).then(pl.col("detail_id").first().over(*content, "invoice_number")),
        same_elsewhere=pl.when(is_later & ~is_same_invoice).then(first["invoice_number"]),
    )
    return history.join(repeated, on=KEY, how="left", nulls_equal=True)


def _with_past(history: pl.DataFrame) -> pl.DataFrame:
    """Add what the point's earlier bills say: power, indexes, first billing of the period, last year, last reading."""
    chain = history.filter(_stands() & pl.col("consumption_end").is_not_null()).sort(
        *POINT, "consumption_end", "consumption_start", "invoice_date"
    )
    indexes = [f"end_index_{register}" for register in REGISTERS]
    before = chain.select(
        *KEY,
        is_first=pl.int_range(pl.len()).over(POINT) == 0,
        previous_end=pl.col("consumption_end").shift(1).over(POINT),
        previous_kva=pl.col("subscribed_kva").shift(1).over(POINT),
        last_actual_end=pl.when(pl.col("reading") == "actual").then("consumption_end").forward_fill().over(POINT),
        first_billed_end=pl.col("consumption_end").first().over(POINT),
        **{f"previous_{name}": pl.col(name).shift(1).over(POINT) for name in indexes},
    )
    days = (pl.col("consumption_end") - pl.col("consumption_start")).dt.total_days() + 1
    year_before = (
        chain.filter(days > 0)
        .group_by(*POINT, month=pl.col("month").dt.offset_by("1y"))
        .agg(last_year_kwh=pl.col("billed_kwh").sum(), last_year_days=days.sum())
    )
    # A correction may come late: what counts is when the period was billed for the first time.
    issued = (
        history.filter((pl.col("kind") == "invoice") & pl.col("consumption_end").is_not_null())
        .group_by(*POINT, "consumption_end")
        .agg(pl.col("invoice_date").min().alias("first_issued_on"))
    )
    return (
        history.join(before, on=KEY, how="left", nulls_equal=True)
        .join(year_before, on=[*POINT, "month"], how="left")
        .join(issued, on=[*POINT, "consumption_end"], how="left")
    )


def _with_totals(bills: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    """Add what the whole invoice says (`invoice_…`, NULL where a detail says nothing), and what follows from a row."""
    wrong = total_mismatches(bills).filter(pl.col("failed").list.contains("registers"))
    invoice = ["supplier", "invoice_number"]
    whole = history.group_by(invoice).agg(
        pl.len().alias("invoice_details"),
        pl.col("invoice_date").drop_nulls().n_unique().alias("invoice_dates"),
        pl.col("row").min().alias("invoice_first_row"),
        pl.col("total_incl_vat_eur").is_not_null().any().alias("invoice_has_total"),
        *(pl.when(pl.col(name).is_not_null().all()).then(pl.col(name).sum()).alias(f"invoice_{name}") for name in VAT),
    )
    grouped = history.filter(pl.col("grouping").is_not_null())["supplier"].unique()
    indexed = [index_kwh(name) for name in REGISTERS]
    sirets = {text: is_valid(text) for text in bills["chorus_siret"].drop_nulls().unique()}
    return (
        bills.join(wrong.select(*KEY, registers_wrong=pl.lit(True)), on=KEY, how="left", nulls_equal=True)
        .join(whole, on=invoice, how="left")
        .with_columns(
            pl.col("registers_wrong").fill_null(False),
            is_first_detail=pl.col("row") == pl.col("invoice_first_row"),
            supplier_has_groupings=pl.col("supplier").is_in(grouped.implode()),
            siret_is_valid=pl.col("chorus_siret").replace_strict(sirets, default=None, return_dtype=pl.Boolean),
            index_kwh=pl.when(pl.any_horizontal(kwh.is_not_null() for kwh in indexed)).then(pl.sum_horizontal(indexed)),
            indexes=pl.sum_horizontal(kwh.is_not_null().cast(pl.Int32) for kwh in indexed),
            consumption_days=(pl.col("consumption_end") - pl.col("consumption_start")).dt.total_days() + 1,
        )
    )


def _with_site(bills: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    listed = (
        sites.with_columns(point=pl.coalesce("prm", "pce"))
        .unique([*POINT, "fluid"], keep="last", maintain_order=True)
        .select(*POINT, "fluid", *(pl.col(name).alias(f"site_{name}") for name in SITE))
    )
    return bills.join(listed, on=[*POINT, "fluid"], how="left")


def _with_curves(bills: pl.DataFrame, reconciled: pl.DataFrame | None) -> pl.DataFrame:
    """Add `curve_…`, what the curves say of the bill (CURVES), and `has_participants`: do they tell if it is of one?

    Of a bill of which they say nothing, they do if they do of all the others.
    """
    if reconciled is None:
        nothing = [pl.lit(None, type_).alias(f"curve_{name}") for name, type_ in CURVES.items()]
        return bills.with_columns(*nothing, has_participants=pl.lit(False))
    beside = reconciled.select(
        *KEY, *(pl.col(name).cast(type_).alias(f"curve_{name}") for name, type_ in CURVES.items())
    )
    is_told = reconciled["is_participant"].is_not_null()
    of_all = bool(is_told.len() and is_told.all())
    return bills.join(beside.with_columns(has_participants=is_told), on=KEY, how="left", nulls_equal=True).with_columns(
        pl.col("has_participants").fill_null(of_all)
    )
