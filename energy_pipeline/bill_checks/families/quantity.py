"""Are the kWh right: registers, indexes, readings. When they are not, the prices that depend on them are not judged."""

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.model import BOTH, DAYS, KWH, Check, Outcome
from energy_pipeline.bill_checks.registers import REGISTERS
from energy_pipeline.bill_checks.vat import normal_ttc
from energy_pipeline.invoices.details import REGISTERS as KWH_OF_REGISTERS

ENERGY = ("energy_eur", "capacity_eur", "cee_eur", "cee_precarity_eur", "guarantee_of_origin_eur")
"""What a kWh billed in excess costs; the accise stands apart, its base being contested."""
CONTESTED = ("self_consumption_not_deducted", "over_billed", "under_billed")
KWH_PER_INDEX = 1.0
"""What truncated indexes hide."""
PERHAPS_SHARED = "C'est juste si le site prend part à une opération dont les participants ne sont pas encore connus."
QUANTITY = ("four_slots_sum", "index_difference", "negative_quantity", "above_power")


def contested() -> tuple[pl.Expr, ...]:
    """Return the reasons why the quantity is already contested elsewhere."""
    return (
        pl.when("registers_wrong").then(pl.lit("Quantité contestée : le total n'est pas la somme des cadrans.")),
        pl.when(pl.col("curve_verdict").is_in(CONTESTED)).then(
            pl.lit("Quantité contestée par le rapprochement avec les courbes.")
        ),
    )


def unseen() -> pl.Expr:
    """Return the reason why what depends on the kWh drawn by a participant cannot be judged."""
    is_unseen = pl.col("curve_operation_id").is_not_null() & pl.col("curve_consumption_kwh").is_null()
    return pl.when(is_unseen).then(pl.lit("Site participant à une opération, courbes absentes."))


def looks_deducted() -> pl.Expr:
    """Return whether fewer kWh than the indexes are billed, where nothing tells who takes part in an operation.

    It is what a bill looks like from which the supplier has rightly deducted the self-consumption.
    """
    fewer = pl.col("index_kwh") - pl.col("billed_kwh") > KWH_PER_INDEX * pl.col("indexes")
    return ~pl.col("has_participants") & fewer.fill_null(False)


def told_if_shared(method: pl.Expr, may_be_shared: pl.Expr) -> pl.Expr:
    """Return `method`, followed by what makes the difference right where the point may take part in an operation."""
    return pl.when(may_be_shared).then(pl.concat_str(method, pl.lit(f" {PERHAPS_SHARED}"))).otherwise(method)


def _used_registers() -> pl.Expr:
    return pl.sum_horizontal((pl.col(name).fill_null(0) != 0).cast(pl.Int32) for name in KWH_OF_REGISTERS)


def four_slots_sum(entry: Entry) -> Outcome:
    """Judge whether the registers of a four-slot meter make the total. Two registers: see invoice_total_mismatch."""
    total = pl.sum_horizontal(KWH_OF_REGISTERS)
    used = _used_registers()
    two_only = pl.when(pl.col("consumption_hpb_kwh").is_null() & pl.col("consumption_hcb_kwh").is_null()).then(
        pl.lit("Pas de troisième ni de quatrième cadran.")
    )
    return Outcome(
        (pl.col("billed_kwh") - total).abs() > entry.tolerance["kwh_per_register"] * used.clip(1),
        needs=("billed_kwh",),
        unless=(two_only,),
        invoiced=pl.col("billed_kwh"),
        expected=total,
        unit=KWH,
        method=pl.lit("Somme des quatre cadrans."),
    )


def index_difference(entry: Entry) -> Outcome:
    """Judge whether the kWh are the difference of the indexes, roll-over counted.

    For a participant the index measures the physical consumption, never the kWh billed. Where nothing tells who takes
    part in an operation, fewer kWh than the index are to review only, without euros.
    """
    excess = pl.col("billed_kwh") - pl.col("index_kwh")
    price = pl.sum_horizontal(ENERGY) / pl.col("billed_kwh")
    amount = pl.when((pl.col("billed_kwh") != 0) & ~looks_deducted()).then(excess * price)
    return Outcome(
        excess.abs() > entry.tolerance["kwh_per_register"] * pl.col("indexes"),
        needs=("billed_kwh",),
        unless=(
            pl.when(pl.col("index_kwh").is_null()).then(pl.lit("Index facturés absents de l'export.")),
            pl.when(pl.col("indexes") < _used_registers()).then(
                pl.lit("Index de certains cadrans absents de l'export.")
            ),
            unseen(),
            pl.when(pl.col("curve_operation_id").is_not_null()).then(
                pl.lit("Participant : l'index mesure la consommation physique, non les kWh facturés.")
            ),
            contested()[0],
        ),
        doubtful=looks_deducted(),
        invoiced=pl.col("billed_kwh"),
        expected=pl.col("index_kwh"),
        unit=KWH,
        method=told_if_shared(pl.lit("Index de fin moins index de début, tour de compteur compris."), looks_deducted()),
        amount_eur=amount,
        amount_ttc_eur=normal_ttc(amount),
    )


def index_continuity(entry: Entry) -> Outcome:
    """Judge whether the first index is the last one of the bill before."""
    jumps = [pl.col(f"start_index_{name}") - pl.col(f"previous_end_index_{name}") for name in REGISTERS]
    known = pl.any_horizontal(jump.is_not_null() for jump in jumps)
    apart = (pl.col("consumption_start") - pl.col("previous_end")).dt.total_days()
    allowed = entry.tolerance
    return Outcome(
        pl.any_horizontal((jump.abs() > allowed["kwh"]).fill_null(False) for jump in jumps),
        unless=(
            pl.when(~known).then(pl.lit("Index de cette facture ou de la précédente absents de l'export.")),
            pl.when((apart < 0) | (apart > allowed["days"])).then(pl.lit("La facture précédente n'est pas contiguë.")),
        ),
        invoiced=pl.coalesce(f"start_index_{name}" for name in REGISTERS),
        expected=pl.coalesce(f"previous_end_index_{name}" for name in REGISTERS),
        unit=KWH,
        method=pl.lit("Index de fin de la facture précédente."),
    )


def actual_reading_outside_period(entry: Entry) -> Outcome:
    """Judge whether a bill said to be on a real reading had one in its period."""
    read = pl.col("last_actual_reading_on")
    early = (pl.col("consumption_start") - read).dt.total_days() > entry.tolerance["days"]
    estimated = pl.when(pl.col("reading") != "actual").then(pl.lit("Facture sur estimation."))
    return Outcome(
        early | (read > pl.col("invoice_date")),
        needs=("reading_type", "last_actual_reading_on", "consumption_start", "invoice_date"),
        unless=(estimated,),
        method=pl.format("Dernière relève réelle le {}.", read.dt.strftime("%d/%m/%Y")),
    )


def no_actual_reading(entry: Entry) -> Outcome:
    """Judge whether the meter was read within a year."""
    days = (pl.col("consumption_end") - pl.col("last_actual_reading_on")).dt.total_days()
    return Outcome(
        days > entry.tolerance["days"],
        needs=("last_actual_reading_on", "consumption_end"),
        invoiced=days,
        expected=pl.lit(entry.tolerance["days"]),
        unit=DAYS,
        method=pl.format("Dernière relève réelle le {}.", pl.col("last_actual_reading_on").dt.strftime("%d/%m/%Y")),
    )


def negative_quantity(entry: Entry) -> Outcome:
    """Judge negative kWh on what is neither a credit nor a regularisation."""
    settled = pl.when(pl.col("type_words").str.contains("regul")).then(pl.lit("Régularisation."))
    return Outcome(
        pl.col("billed_kwh") < 0,
        needs=("billed_kwh",),
        unless=(settled,),
        invoiced=pl.col("billed_kwh"),
        expected=pl.lit(0.0),
        unit=KWH,
    )


def above_power(entry: Entry) -> Outcome:
    """Judge whether the subscribed power can let that many kWh through."""
    most = pl.col("subscribed_kva") * 24 * pl.col("consumption_days") * entry.tolerance["factor"]
    return Outcome(
        pl.col("billed_kwh") > most,
        needs=("billed_kwh", "subscribed_kva", "consumption_start", "consumption_end"),
        invoiced=pl.col("billed_kwh"),
        expected=most,
        unit=KWH,
        method=pl.lit("Puissance souscrite pendant toutes les heures de la période, avec une marge."),
    )


DUPLICATES = ("duplicate_in_invoice", "duplicate_bill")
CHECKS = (
    Check("four_slots_sum", four_slots_sum),
    Check("negative_quantity", negative_quantity, fluids=BOTH),
    Check("index_difference", index_difference, (*DUPLICATES, "four_slots_sum", "negative_quantity")),
    Check("index_continuity", index_continuity),
    Check("actual_reading_outside_period", actual_reading_outside_period,
          ("period_reversed", "issued_before_end"), fluids=BOTH),
    Check("no_actual_reading", no_actual_reading, ("actual_reading_outside_period",), fluids=BOTH),
    Check("above_power", above_power, ("period_reversed", "index_difference")),
)  # fmt: skip
