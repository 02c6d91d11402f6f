"""Gas: volume and energy, price, distribution (ATRD), excise, CTA. Dates, credits, VAT: as for electricity."""

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.families.price import BEFORE, SIGNS
from energy_pipeline.bill_checks.gas import GRDF_POINT, WHOLE_FIXED_TERM
from energy_pipeline.bill_checks.model import EUR, GAS, KWH, Check, Outcome, said
from energy_pipeline.bill_checks.vat import fixed_ttc, normal_ttc

PER_KWH = ("energy_eur", "indexation_eur", "cee_eur", "cee_precarity_eur", "biogas_eur", "variable_grid_eur",
           "excise_eur")  # fmt: skip
"""What a kWh billed in excess costs."""


def pce_missing(entry: Entry) -> Outcome:
    """Judge whether the point is named. Its form is not judged: distributors write it in several ways."""
    return Outcome(pl.col("pce").is_null())


def gas_tariff_differs(entry: Entry) -> Outcome:
    """Judge the tariff of distribution against the list of sites."""
    billed, listed = pl.col("billed_gas_tariff"), pl.col("site_gas_tariff")
    return Outcome(
        billed != listed,
        unless=(
            pl.when(billed.is_null() | listed.is_null()).then(
                pl.lit("Tarif d'acheminement inconnu, sur la facture ou dans la liste des sites.")
            ),
        ),
        method=pl.format("Facture : {} ; liste des sites : {}.", billed, listed),
    )


def gas_conversion(entry: Entry) -> Outcome:
    """Judge whether the kWh are the m³ times the coefficient of conversion, both as printed."""
    expected = pl.col("volume_m3") * pl.col("kwh_per_m3")
    excess = pl.col("billed_kwh") - expected
    per_kwh = pl.when(pl.col("billed_kwh") != 0).then(pl.sum_horizontal(PER_KWH) / pl.col("billed_kwh"))
    return Outcome(
        excess.abs() > entry.tolerance["kwh"] + entry.tolerance["relative"] * expected.abs(),
        needs=("billed_kwh", "volume_m3", "kwh_per_m3"),
        invoiced=pl.col("billed_kwh"),
        expected=expected,
        unit=KWH,
        method=pl.format("{} m³ × {} kWh/m³.", said(pl.col("volume_m3")), said(pl.col("kwh_per_m3"), 4)),
        amount_eur=excess * per_kwh,
        amount_ttc_eur=normal_ttc(excess * per_kwh),
    )


def gas_energy_amount(entry: Entry) -> Outcome:
    """Judge whether the energy is billed at the price printed beside."""
    kwh, price = pl.col("billed_kwh"), pl.col("energy_price").cast(pl.Float64)
    invoiced, expected = pl.col("energy_eur"), kwh * price
    return Outcome(
        (invoiced - expected).abs() > entry.tolerance["eur"] + entry.tolerance["eur_per_kwh"] * kwh.abs(),
        needs=("energy_eur", "energy_price", "billed_kwh"),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.format("{} kWh × {} €/kWh.", said(kwh), said(price, 6)),
        amount_eur=invoiced - expected,
        amount_ttc_eur=normal_ttc(invoiced - expected),
    )


def _no_distribution() -> tuple[pl.Expr, ...]:
    return (
        pl.when(pl.col("gas_tariff").is_null()).then(pl.lit("Barème manquant : tarif d'acheminement inconnu.")),
        pl.when(~pl.col("pce").str.contains(GRDF_POINT).fill_null(False)).then(
            pl.lit("Barème manquant : le numéro du point n'est pas de GRDF, dont seuls les tarifs sont connus.")
        ),
    )


def gas_distribution_fixed_amount(entry: Entry) -> Outcome:
    """Judge the fixed term of the ATRD: twelfths, a month begun counted by its days; or days of the year."""
    invoiced, conventions = pl.col("fixed_grid_eur"), ("months", "days", "leap_days")
    amounts = {name: pl.col(f"gas_fixed_{name}") for name in conventions}
    gaps = [(invoiced - amount).abs() for amount in amounts.values()]
    least = pl.min_horizontal(gaps)
    # Which convention a wrong amount meant is not known: it is judged by that of GRDF, twelfths.
    matches = least <= entry.tolerance["eur"]
    closest = pl.coalesce(
        pl.when(gap == least).then(amount) for gap, amount in zip(gaps, amounts.values(), strict=True)
    )
    expected = pl.when(matches).then(closest).otherwise(amounts["months"])
    partial = pl.when(~pl.col("gas_tariff").is_in(WHOLE_FIXED_TERM)).then(
        pl.lit("Barème manquant : terme de capacité du tarif T4.")
    )
    return Outcome(
        ~matches,
        needs=("fixed_grid_eur", "consumption_start", "consumption_end"),
        unless=(*_no_distribution(), partial, pl.col("gas_fixed_missing")),
        doubtful=pl.col("gas_fixed_is_weak"),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.format("ATRD {}, abonnement annuel en douzièmes, au prorata des jours.", "gas_tariff"),
        source=pl.col("gas_fixed_source"),
        amount_eur=invoiced - expected,
        amount_ttc_eur=fixed_ttc(invoiced - expected),
    )


def _per_kwh(term: str, column: str, words: str, unless: tuple[pl.Expr, ...], entry: Entry) -> Outcome:
    kwh, rate, spread = pl.col("billed_kwh"), pl.col(f"gas_{term}_rate"), pl.col(f"gas_{term}_spread")
    invoiced, expected = pl.col(column), kwh * rate
    allowed = entry.tolerance["eur"] + entry.tolerance["kwh"] * rate + entry.tolerance["straddle_share"] * spread * kwh
    return Outcome(
        (invoiced - expected).abs() > allowed,
        needs=(column, "billed_kwh", "consumption_start", "consumption_end"),
        unless=(*unless, pl.col(f"gas_{term}_missing")),
        doubtful=pl.col(f"gas_{term}_is_weak"),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.format(f"{words}, {{}} €/MWh en moyenne sur la période.", said(rate * 1000, 3)),
        source=pl.col(f"gas_{term}_source"),
        amount_eur=invoiced - expected,
        amount_ttc_eur=normal_ttc(invoiced - expected),
    )


def gas_distribution_energy_amount(entry: Entry) -> Outcome:
    """Judge the variable term of the ATRD, at the rate of the period."""
    return _per_kwh("energy", "variable_grid_eur", "ATRD, terme proportionnel", _no_distribution(), entry)


def gas_excise_amount(entry: Entry) -> Outcome:
    """Judge the excise on natural gas, at the rate of the period of consumption."""
    return _per_kwh("excise", "excise_eur", "Accise sur le gaz", (), entry)


def gas_cta_amount(entry: Entry) -> Outcome:
    """Judge the CTA on the fixed term billed. The coefficient of transport comes from a weak source: to review."""
    invoiced, expected = pl.col("cta_eur"), pl.col("fixed_grid_eur") * pl.col("gas_cta_rate")
    return Outcome(
        (invoiced - expected).abs() > entry.tolerance["eur"] + entry.tolerance["relative"] * expected.abs(),
        needs=("cta_eur", "fixed_grid_eur", "consumption_start", "consumption_end"),
        unless=(pl.col("gas_cta_missing"),),
        doubtful=pl.col("gas_cta_is_weak"),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.format(
            "{} % de la part fixe facturée ({} €).", said(pl.col("gas_cta_rate") * 100), said(pl.col("fixed_grid_eur"))
        ),
        source=pl.col("gas_cta_source"),
        amount_eur=invoiced - expected,
        amount_ttc_eur=fixed_ttc(invoiced - expected),
    )


QUANTITY = ("negative_quantity", "gas_conversion")
CHECKS = (
    Check("pce_missing", pce_missing, of_credits=True, of_credited=True, fluids=GAS),
    Check("gas_tariff_differs", gas_tariff_differs, fluids=GAS),
    Check("gas_conversion", gas_conversion, ("duplicate_in_invoice", "duplicate_bill", "negative_quantity"),
          fluids=GAS),
    Check("gas_energy_amount", gas_energy_amount, (*BEFORE, *SIGNS, *QUANTITY), fluids=GAS),
    Check("gas_distribution_fixed_amount", gas_distribution_fixed_amount,
          (*BEFORE, "negative_amount", "gas_tariff_differs"), fluids=GAS),
    Check("gas_distribution_energy_amount", gas_distribution_energy_amount,
          (*BEFORE, *SIGNS, *QUANTITY, "gas_tariff_differs"), fluids=GAS),
    Check("gas_cta_amount", gas_cta_amount, (*BEFORE, "negative_amount"), fluids=GAS),
    Check("gas_excise_amount", gas_excise_amount, (*BEFORE, *SIGNS, *QUANTITY), fluids=GAS),
)  # fmt: skip
