"""Marts of the euros: what to claim, what self-consumption saves and earns, a site's year."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.tables.supplier import FLUID

_PERIOD = (c.OPERATION_ID, c.PERIOD_START, c.PERIOD_END, c.MONTH)
_EUROS = Column("amount_eur", "DECIMAL(18,2)", "Euros to claim, excluding VAT", unit="EUR")

CLAIM = Table(
    "marts",
    "claim",
    "What to claim, from whom: the findings of each bill, or of each period for Enedis. Each euro stands once.",
    (
        Column("party", "VARCHAR", "From whom", allowed=("enedis", "supplier")),
        c.SUPPLIER.optional(),
        c.OPERATION_ID.optional(),
        c.INVOICE_NUMBER.optional(),
        c.MONTH.optional(),
        Column("year", "INTEGER", "Year of the month", nullable=True),
        Column("findings", "INTEGER", "Findings that are established (severity error) and to be claimed", minimum=0),
        Column("unquantified", "INTEGER", "Those of them whose euros are not known", minimum=0),
        _EUROS,
        _EUROS.named("amount_ttc_eur", "Euros to claim, including VAT; NULL where VAT does not apply").optional(),
        Column("to_review", "INTEGER", "Findings with euros that are not established: to be checked first", minimum=0),
        _EUROS.named("to_review_eur", "Their euros, excluding VAT: not in `amount_eur`"),
        _EUROS.named("underbilled_eur", "Euros that the same bills lack, excluding VAT: not deducted from the others"),
    ),
    key=("party", "supplier", "operation_id", "invoice_number", "month"),
    source="Code de l'énergie L315-4; convention §4.4.3, §8.8",
)

SAVING_TO_DATE = Table(
    "marts",
    "saving_to_date",
    "What self-consumption saves a consumer: over a period, and since its first one.",
    (
        *_PERIOD,
        c.PRM,
        c.energy("self_consumption_kwh", "Self-consumption of the period"),
        c.money("saving_eur", "Euros saved on the energy, excluding VAT; NULL when a price is missing"),
        c.money("management_eur", "What the management component of the TURPE costs more to a participant, or NULL"),
        c.money("net_saving_eur", "saving_eur less management_eur where it is known"),
        Column("since", "DATE", "First day of the first period"),
        c.energy("cumulated_kwh", "Self-consumption since then"),
        c.money("cumulated_saving_eur", "Net savings since then, of the periods whose prices are known"),
        Column("unknown_periods", "INTEGER", "Periods since then whose savings are not known", minimum=0),
    ),
    key=("operation_id", "period_start", "prm"),
    source="Convention §6: composante de gestion majorée",
)

SURPLUS_MONTH = Table(
    "marts",
    "surplus_month",
    "What the surplus of a producer earns over a period.",
    (
        *_PERIOD,
        c.PRM,
        c.energy("surplus_kwh", "Surplus: recomputed, else published"),
        Column("surplus_price", "DECIMAL(18,6)", "Price of the surplus, mean over the kWh", unit="EUR/kWh",
               nullable=True),
        c.money("revenue_eur", "Euros earned, excluding VAT; NULL when the price is missing"),
    ),
    key=("operation_id", "period_start", "prm"),
    source="Convention §5.2.1, Surplus Collectif",
)  # fmt: skip

SITE_YEAR = Table(
    "marts",
    "site_year",
    "Annual sheet of a site: what it consumed, what was billed, saved and claimed. Months are those of the marts.",
    (
        Column("site_id", "VARCHAR", "PRM for electricity, PCE for gas"),
        FLUID,
        Column("year", "INTEGER", "Civil year of the months"),
        c.NAME,
        c.OPERATION_ID.optional(),
        Column("periods", "INTEGER", "Periods of an operation whose consumption is known", minimum=0),
        c.energy("consumption_kwh", "Consumption over these periods: recomputed, else published"),
        c.energy("self_consumption_kwh", "Self-consumption over these periods"),
        c.energy("complement_kwh", "Complement over these periods"),
        c.rate("self_production_rate", "Self-consumption / consumption"),
        Column("bills", "INTEGER", "Invoices", minimum=0),
        c.energy("billed_kwh", "Energy billed, credits deducted"),
        c.money("subscription_eur", "Subscription"),
        c.money("energy_eur", "Energy and what is priced like it: capacity, CEE, guarantees of origin, indexation"),
        c.money("grid_eur", "Network: fixed and variable parts, overruns, reactive energy"),
        c.money("taxes_eur", "Accise, CTA and local taxes"),
        c.money("vat_eur", "VAT"),
        c.money("billed_eur", "All of it but VAT"),
        Column("bills_without_curve", "INTEGER", "Details that no curve allowed to check", minimum=0),
        c.money("saving_eur", "Net savings of self-consumption; NULL when none is known"),
        Column("claims", "INTEGER", "Findings to be claimed about its bills", minimum=0),
        _EUROS.named("claimed_eur", "Euros to claim about its bills, excluding VAT"),
        _EUROS.named("claimed_ttc_eur", "The same including VAT"),
        _EUROS.named("underbilled_eur", "Euros that its bills lack, excluding VAT: not deducted from the others"),
    ),
    key=("site_id", "fluid", "year"),
)

OF_ALL_MONTHS = (CLAIM, SAVING_TO_DATE, SITE_YEAR)
"""Made anew as a whole: a month that changes may change them all."""
MONEY_MARTS = (*OF_ALL_MONTHS, SURPLUS_MONTH)
