"""Do the printed totals of a detail add up? Identities of the supplier's export, each with its tolerance.

`MONTANT HTT` = Σ parts · `TOTAL HORS TVA` = `MONTANT HTT` + taxes = Σ VAT bases · `TOTAL TTC` = `TOTAL HORS TVA` +
VAT · `TOTAL CONSO KWH` = Σ registers, where the export shows one or two and the meter has no more (four: see
`four_slots_sum` of the checks of bills). NULL parts are 0; a total without any part is ignored.
"""

import json

import polars as pl

from energy_pipeline.invoices.details import KEY, REGISTERS, month, plain
from energy_pipeline.tolerances import tolerances

PARTS = (
    "subscription_eur", "energy_eur", "indexation_eur", "guarantee_of_origin_eur", "cee_eur", "cee_precarity_eur",
    "arenh_eur", "capacity_eur", "biogas_eur", "other_eur", "rte_eur", "transport_eur", "fixed_grid_eur",
    "variable_grid_eur", "grid_eur", "overrun_eur", "reactive_eur",
)  # fmt: skip
LOCAL_TAXES = ("tccfe_eur", "tdcfe_eur")
TAXES = ("excise_eur", "cta_eur", *LOCAL_TAXES, "tcfe_eur")
BASES = ("vat_base_reduced_eur", "vat_base_normal_eur")
VATS = ("vat_reduced_eur", "vat_normal_eur", "vat_eur")
NORMAL_VAT = 0.20
NOISE = 1e-6
"""Below the smallest amount written: what binary fractions leave."""

IDENTITIES = ("parts", "taxes", "bases", "vat", "registers")
"""In the order of the computation of a bill: the first that fails explains the others."""

MISMATCH_SCHEMA = {
    **{name: pl.String() for name in KEY},
    "path": pl.String(),
    "line": pl.Int32(),
    "layout": pl.String(),
    "month": pl.Date(),
    "consumption_start": pl.Date(),
    "consumption_end": pl.Date(),
    "failed": pl.List(pl.String()),
    "printed": pl.Float64(),
    "recomputed": pl.Float64(),
    "amount_eur": pl.Float64(),
    "amount_ttc_eur": pl.Float64(),
}


def total_mismatches(details: pl.DataFrame) -> pl.DataFrame:
    """Return one row per detail whose totals do not add up.

    `details`: of `latest_details`. Returns KEY, `path`, `line`, `layout`, `month`, the consumption dates, `failed`
    (identities, in order), `printed` and `recomputed` of the first that fails (EUR, or kWh for `registers`),
    `amount_eur` (printed − recomputed of the total excluding VAT that is wrong; NULL where only the one including it
    is) and `amount_ttc_eur` (printed TOTAL TTC − what it should be); both NULL when what is to be paid is right, or
    when only kWh are wrong.

    The VAT and the total including VAT of a site are indicative (only those of the invoice are due): `bases` and `vat`
    are not reported when those of the whole invoice add up over its several details.
    """
    amounts = (*PARTS, "excl_tax_eur", *TAXES, "total_excl_vat_eur", *BASES, *VATS, "total_incl_vat_eur")
    rows = details.with_columns(month().alias("month"), pl.col(amounts).cast(pl.Float64))
    tested = _identities(rows)
    for name in IDENTITIES:
        off = (pl.col(f"{name}_printed") - pl.col(f"{name}_recomputed")).abs() > pl.col(f"{name}_tolerance") + NOISE
        tested = tested.with_columns(off.fill_null(False).alias(f"{name}_off"))
    wrong = tested.filter(pl.any_horizontal(f"{name}_off" for name in IDENTITIES))
    wrong = _explained_by_unmapped_columns(wrong)
    return _quantified(wrong) if wrong.height else pl.DataFrame(schema=MISMATCH_SCHEMA)


def _identities(rows: pl.DataFrame) -> pl.DataFrame:
    parts = _sum(PARTS)
    # TCFE may be the total of the two local taxes, or stand beside them: whichever comes closest to what is printed.
    before_local = pl.coalesce("excl_tax_eur", parts) + pl.sum_horizontal("excise_eur", "cta_eur")
    local, total = pl.sum_horizontal(LOCAL_TAXES), pl.col("tcfe_eur").fill_null(0)
    readings = [before_local + local, before_local + total, before_local + local + total]
    distances = pl.concat_list((reading - pl.col("total_excl_vat_eur")).abs() for reading in readings)
    taxes = pl.concat_list(readings).list.get(distances.list.arg_min(), null_on_oob=True)
    rows = rows.with_columns(
        parts_printed="excl_tax_eur",
        parts_recomputed=parts,
        parts_tolerance=_tolerance(PARTS),
        taxes_printed="total_excl_vat_eur",
        taxes_recomputed=pl.when(_sum(TAXES).is_not_null()).then(taxes),
        taxes_tolerance=_tolerance(("excl_tax_eur", *TAXES)),
        registers_printed="consumption_kwh",
        registers_recomputed=pl.when(_has_two_registers()).then(_sum(REGISTERS)),
        registers_tolerance=2 * tolerances("invoice_total")["kwh_per_register"],
    )
    with_vat = pl.when(_sum(VATS).is_not_null()).then(pl.col("total_excl_vat_eur") + _sum(VATS))
    rows = rows.with_columns(
        bases_printed=_sum(BASES),
        bases_recomputed="total_excl_vat_eur",
        bases_tolerance=_tolerance(BASES),
        vat_printed="total_incl_vat_eur",
        vat_recomputed=with_vat,
        vat_tolerance=_tolerance(("total_excl_vat_eur", *VATS)),
    )
    return rows.with_columns(
        pl.when(_adds_up_over_invoice(name))
        .then(pl.col(f"{name}_printed"))
        .otherwise(pl.col(f"{name}_recomputed"))
        .alias(f"{name}_recomputed")
        for name in ("bases", "vat")
    )


def _sum(names: tuple[str, ...]) -> pl.Expr:
    """Return the sum of the columns, NULL where all are NULL."""
    return pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in names)).then(pl.sum_horizontal(names))


def _tolerance(names: tuple[str, ...]) -> pl.Expr:
    rule = tolerances("invoice_total")
    involved = pl.sum_horizontal((pl.col(name).fill_null(0) != 0).cast(pl.Int32) for name in names)
    return (involved.clip(1) * rule["eur_per_part"]).clip(upper_bound=rule["eur_cap"])


def _adds_up_over_invoice(name: str) -> pl.Expr:
    """Return whether the identity holds for the whole of an invoice of several details."""
    invoice = ("supplier", "invoice_number")
    gap = (pl.col(f"{name}_printed").sum() - pl.col(f"{name}_recomputed").sum()).over(invoice).abs()
    allowed = tolerances("invoice_total")["eur_cap"] + NOISE
    return (pl.len().over(invoice) > 1) & (gap <= allowed)


def _has_two_registers() -> pl.Expr:
    """Return whether the meter has two registers at most, both shown."""
    summer = pl.any_horizontal(pl.col(name).is_not_null() for name in ("consumption_hpb_kwh", "consumption_hcb_kwh"))
    four_slots = pl.any_horizontal(
        plain(name).fill_null("").str.contains(r"(cu|mu|lu) ?4|hp[be]|4 ?(plages|postes|poste)")
        for name in ("tariff_option", "supply_tariff")
    )
    other_columns = pl.col("extra").fill_null("").str.to_uppercase().str.contains("CONSO")
    return (pl.col("segment").fill_null("C5") == "C5") & ~four_slots & ~other_columns & ~summer


def _explained_by_unmapped_columns(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out `parts` or `taxes` where an amount of a column that no table names fills exactly the gap."""
    unmapped = pl.Series([_unmapped_amount(extra) for extra in rows["extra"]], dtype=pl.Float64)
    rows = rows.with_columns(unmapped.alias("_unmapped"))
    for name in ("parts", "taxes"):
        gap = pl.col(f"{name}_printed") - pl.col(f"{name}_recomputed") - pl.col("_unmapped")
        explained = (pl.col("_unmapped") != 0) & (gap.abs() <= pl.col(f"{name}_tolerance") + NOISE)
        recomputed = pl.when(explained).then(f"{name}_printed").otherwise(f"{name}_recomputed")
        rows = rows.with_columns(
            recomputed.alias(f"{name}_recomputed"), (pl.col(f"{name}_off") & ~explained).alias(f"{name}_off")
        )
    return rows.filter(pl.any_horizontal(f"{name}_off" for name in IDENTITIES))


def _unmapped_amount(extra: str | None) -> float:
    """Return the sum of the `MONTANT …` columns that no table names (`extra`: JSON object, values as written)."""
    total = 0.0
    for name, value in (json.loads(extra) if extra else {}).items():
        if name.upper().startswith("MONTANT"):
            try:
                total += float(str(value).replace("\u202f", "").replace(" ", "").replace(",", "."))
            except ValueError:
                continue
    return total


def _quantified(wrong: pl.DataFrame) -> pl.DataFrame:
    excess = {name: pl.col(f"{name}_printed") - pl.col(f"{name}_recomputed") for name in IDENTITIES}
    # Where MONTANT HTT itself is wrong, the total excluding VAT is judged from the parts, not from it.
    expected_excl_vat = pl.col("taxes_recomputed") - pl.when("parts_off").then(excess["parts"]).otherwise(0)
    excl_vat = pl.col("taxes_printed") - expected_excl_vat
    excl_vat_off = excl_vat.abs() > pl.col("taxes_tolerance") + NOISE
    excl_vat_excess = pl.when(excl_vat_off).then(excl_vat).otherwise(0.0)
    bears_vat = ~pl.col("bases_off") & pl.col("bases_printed").is_not_null()
    added_vat = pl.when(bears_vat).then(excl_vat_excess * NORMAL_VAT).otherwise(0.0)
    added_after = pl.when("vat_off").then(excess["vat"]).otherwise(0.0)
    first = pl.coalesce(pl.when(f"{name}_off").then(pl.lit(name)) for name in IDENTITIES)
    is_euros_wrong = pl.any_horizontal("parts_off", "taxes_off", "vat_off") & pl.col("vat_printed").is_not_null()
    to_pay = pl.when(is_euros_wrong).then(excl_vat_excess + added_vat + added_after)
    # A total that is printed wrong beside a right one to pay costs nothing.
    costs = (to_pay.abs() > pl.col("vat_tolerance") + NOISE).fill_null(True)
    return wrong.select(
        *KEY,
        "path",
        "line",
        "layout",
        "month",
        "consumption_start",
        "consumption_end",
        pl.concat_list(pl.when(f"{name}_off").then(pl.lit(name)) for name in IDENTITIES)
        .list.drop_nulls()
        .alias("failed"),
        *(
            pl.coalesce(pl.when(first == name).then(f"{name}_{column}") for name in IDENTITIES).alias(column)
            for column in ("printed", "recomputed")
        ),
        pl.when(costs)
        .then(
            pl.coalesce(
                pl.when(excl_vat_off).then(excl_vat),
                pl.when("parts_off").then(excess["parts"]),
            )
        )
        .alias("amount_eur"),
        pl.when(costs).then(to_pay).alias("amount_ttc_eur"),
    ).cast(MISMATCH_SCHEMA)  # type: ignore[arg-type]
