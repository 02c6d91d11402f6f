"""Marts of the bills: sites, invoices, their components, their reconciliation and their checks, prices and savings."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.landing import FILE as LANDED_FILE
from energy_pipeline.tables.landing import PRICE as LANDED_PRICE
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.tables.operation_marts import PERIOD
from energy_pipeline.tables.supplier import FLUID

_PCE = Column("pce", "VARCHAR", "Point de comptage et d'estimation (gas)", nullable=True)

SITE = Table(
    "marts",
    "site",
    "Sites of the suppliers' lists.",
    (
        Column("site_id", "VARCHAR", "PRM for electricity, PCE for gas"),
        c.PRM.optional(),
        _PCE,
        Column("fluid", "VARCHAR", "Energy", allowed=("electricity", "gas")),
        c.SUPPLIER,
        c.NAME,
        c.ADDRESS,
        Column("segment", "VARCHAR", "Segment", nullable=True),
        Column("tariff_option", "VARCHAR", "Option tarifaire d'acheminement", nullable=True),
        Column("subscribed_kva", "DOUBLE", "Puissance souscrite", unit="kVA", nullable=True),
        Column("car_kwh", "DOUBLE", "Consommation annuelle de référence", unit="kWh", nullable=True),
        Column("off_peak_hours", "VARCHAR", "Heures creuses as written", nullable=True),
        Column("status", "VARCHAR", "Statut as written", nullable=True),
        c.VALID_FROM.optional(),
        c.VALID_TO,
    ),
    key=("site_id", "supplier"),
)

_INVOICE_KEY = (c.SUPPLIER, c.INVOICE_NUMBER)
_INVOICE_DATE = Column("invoice_date", "DATE", "Date comptable", nullable=True)

INVOICE = Table(
    "marts",
    "invoice",
    "Invoices of the suppliers, details added up.",
    (
        *_INVOICE_KEY,
        _INVOICE_DATE,
        c.MONTH,
        FLUID.optional(),
        Column("kind", "VARCHAR", "What the document is", allowed=("invoice", "credit", "cancellation")),
        Column("origin_number", "VARCHAR", "Invoice that a credit or a cancellation refers to", nullable=True),
        Column("grouping", "VARCHAR", "Regroupement", nullable=True),
        Column("details", "INTEGER", "Number of details", minimum=1),
        c.money("total_excl_vat_eur", "Total hors TVA"),
        c.money("vat_eur", "VAT"),
        c.money("total_incl_vat_eur", "Total TTC"),
    ),
    key=("supplier", "invoice_number"),
)

COMPONENTS = {
    "subscription_eur": "subscription",
    "energy_eur": "energy",
    "indexation_eur": "indexation",
    "guarantee_of_origin_eur": "guarantee_of_origin",
    "cee_eur": "cee",
    "cee_precarity_eur": "cee_precarity",
    "arenh_eur": "arenh",
    "capacity_eur": "capacity",
    "biogas_eur": "biogas",
    "other_eur": "other",
    "rte_eur": "rte",
    "transport_eur": "transport",
    "fixed_grid_eur": "fixed_grid",
    "variable_grid_eur": "variable_grid",
    "grid_eur": "grid",
    "overrun_eur": "overrun",
    "reactive_eur": "reactive",
    "excise_eur": "excise",
    "cta_eur": "cta",
    "tccfe_eur": "tccfe",
    "tdcfe_eur": "tdcfe",
    "tcfe_eur": "tcfe",
    "vat_reduced_eur": "vat_reduced",
    "vat_normal_eur": "vat_normal",
    "vat_eur": "vat",
}
"""Amounts of landing.invoice_row that become lines of an invoice, and the component they stand for."""

INVOICE_LINE = Table(
    "marts",
    "invoice_line",
    "Components of each detail of each invoice.",
    (
        *_INVOICE_KEY,
        c.DETAIL_ID,
        c.PRM.optional(),
        _PCE,
        FLUID.optional(),
        c.MONTH,
        Column("component", "VARCHAR", "Part of the bill", allowed=tuple(COMPONENTS.values())),
        c.PERIOD_START.optional(),
        c.PERIOD_END.optional(),
        Column("quantity_kwh", "DOUBLE", "Energy that the amount is for; NULL for fixed parts", unit="kWh",
               nullable=True),
        c.money("amount_eur", "Amount as billed"),
    ),
    key=("supplier", "invoice_number", "detail_id", "prm", "component"),
)  # fmt: skip

VERDICTS = (
    "matches", "self_consumption_not_deducted", "over_billed", "under_billed", "estimated_pending", "cancelled",
    "no_curve", "site_unknown",
)  # fmt: skip

INVOICE_RECONCILIATION = Table(
    "marts",
    "invoice_reconciliation",
    "Each billed consumption beside the curves, over the bill's own dates.",
    (
        *_INVOICE_KEY,
        c.DETAIL_ID,
        c.PRM.optional(),
        c.MONTH,
        c.OPERATION_ID.optional(),
        c.PERIOD_START.optional(),
        c.PERIOD_END.optional(),
        Column(
            "is_participant",
            "BOOLEAN",
            "Whether the point consumes in an operation then; NULL while some operation tells no participants",
            nullable=True,
        ),
        Column("reading", "VARCHAR", "Kind of reading billed", nullable=True, allowed=("actual", "estimated")),
        c.energy("billed_kwh", "Energy billed"),
        c.energy("consumption_kwh", "Physical consumption over the same days"),
        c.energy("self_consumption_kwh", "Self-consumption over the same days"),
        c.energy("complement_kwh", "Complement over the same days, recomputed"),
        c.energy("expected_kwh", "What the supplier should bill"),
        Column("verdict", "VARCHAR", "Conclusion", allowed=VERDICTS),
        Column(
            "energy_base",
            "VARCHAR",
            "On what the energy was billed: the complement, the total drawn (what the index measures), or other kWh",
            nullable=True,
            allowed=("complement", "total", "other"),
        ),
        Column(
            "slot_verdict",
            "VARCHAR",
            "Whether each slot is right too (invoice_slot_reconciliation); NULL for one slot, or when not compared",
            nullable=True,
            allowed=("matches", "differs", "unknown"),
        ),
        Column(
            "reason",
            "VARCHAR",
            "In French, where there is no curve: which one lacks, on which days, and its file if it was refused",
            nullable=True,
        ),
        Column(
            "amount_eur",
            "DECIMAL(18,2)",
            "Billed in excess, excluding VAT (positive: owed to us)",
            unit="EUR",
            nullable=True,
        ),
    ),
    key=("supplier", "invoice_number", "detail_id", "prm"),
    source="Convention §9, Part d'Electricité de Complément; code de l'énergie L315-4",
)

PRICE_SOURCES = ("billed_price", "billed_amount", "avoided_price")

INVOICE_SLOT_RECONCILIATION = Table(
    "marts",
    "invoice_slot_reconciliation",
    "Each time slot of the bills of several slots beside the curves, over the bill's own dates.",
    (
        *_INVOICE_KEY,
        c.DETAIL_ID,
        c.PRM,
        c.MONTH,
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PERIOD_END,
        c.SLOT,
        Column(
            "slot_source",
            "VARCHAR",
            "How the slot is known: energies published for these dates, off-peak hours of the list of sites, or hours "
            "inferred from published energies (no claim rests on these); NULL if it is not",
            nullable=True,
            allowed=("published", "declared", "inferred"),
        ),
        c.energy("billed_kwh", "Energy billed in the slot"),
        c.energy("credited_kwh", "What partial credits take from it; NULL where a credit does not tell its slots"),
        c.energy("consumption_kwh", "Physical consumption in the slot, over the same days"),
        c.energy("self_consumption_kwh", "Self-consumption in the slot, over the same days"),
        c.energy("expected_kwh", "What the supplier should bill in the slot, earlier estimates of the run deducted"),
        c.energy("difference_kwh", "billed_kwh less credited_kwh and expected_kwh"),
        c.energy("tolerance_kwh", "Difference that is no fault (data/reference/tolerances.toml, slot)"),
        Column("verdict", "VARCHAR", "Conclusion", allowed=("matches", "over_billed", "under_billed", "unknown")),
        Column("reason", "VARCHAR", "In French: why the slot is not judged", nullable=True),
        Column(
            "price",
            "DECIMAL(18,6)",
            "What a kWh of the slot costs, where the total of the bill is right and its slots are not",
            unit="EUR/kWh",
            nullable=True,
        ),
        Column(
            "price_source",
            "VARCHAR",
            "Where the price is from: the bill's unit prices, its amounts by slot over their kWh, or the avoided "
            "prices of prices.csv, mean over the days",
            nullable=True,
            allowed=PRICE_SOURCES,
        ),
        c.money("amount_eur", "difference_kwh at this price, excluding VAT; their sum over the slots is claimed"),
    ),
    key=("supplier", "invoice_number", "detail_id", "prm", "slot"),
    source="Convention §9, Part d'Electricité de Complément; §11.6.1.3, énergies par poste",
)

_PRICE = Column("price", "DECIMAL(18,6)", "Price excluding VAT", unit="EUR/kWh", nullable=True)

SAVING_MONTH = Table(
    "marts",
    "saving_month",
    "Euros that self-consumption saved a consumer over a period: kWh × (avoided price − local price − organiser's fee)",
    (
        *PERIOD,
        c.PRM,
        c.energy("self_consumption_kwh", "Self-consumption: recomputed, else published"),
        _PRICE.named("avoided_price", "Supplier's price per kWh that was not bought, mean over the kWh"),
        _PRICE.named("local_price", "Price per kWh paid to the producer, mean over the kWh"),
        _PRICE.named("organiser_fee", "Fee per kWh paid to the organiser, mean over the kWh; 0 when none is given"),
        c.money("saving_eur", "Euros saved, excluding VAT; NULL when a price is missing"),
        c.money(
            "management_eur",
            "What the management component of the TURPE costs more to a participant, not deducted; NULL if not known",
        ),
    ),
    key=("operation_id", "period_start", "prm"),
)

PRICE = Table(
    "marts",
    "price",
    "Prices of prices.csv, dated, with the file that says them: those that no invoice gives.",
    (
        *LANDED_PRICE.columns,
        *(column for column in LANDED_FILE.columns if column.name in {"received_at", "path"}),
    ),
    key=LANDED_PRICE.key,
)

BILL_CHECK = Table(
    "marts",
    "bill_check",
    "Each check of each detail of an invoice: decision, what was billed, what was expected, how and why.",
    (
        *_INVOICE_KEY,
        c.DETAIL_ID,
        c.PRM.optional(),
        _PCE,
        c.MONTH,
        Column("check_name", "VARCHAR", "Check of the catalogue (data/reference/bill_checks.toml)"),
        Column(
            "family",
            "VARCHAR",
            "What the check is about",
            allowed=("identity", "duplicates", "period", "quantity", "contract", "price", "plausibility", "status"),
        ),
        Column("decision", "VARCHAR", "Conclusion", allowed=("valid", "review", "invalid", "ignored")),
        Column("reason", "VARCHAR", "In French: why the check was ignored", nullable=True),
        c.PERIOD_START.optional(),
        c.PERIOD_END.optional(),
        Column("invoiced", "DOUBLE", "Value billed", nullable=True),
        Column("expected", "DOUBLE", "Value expected", nullable=True),
        Column("unit", "VARCHAR", "Unit of both", nullable=True),
        Column(
            "amount_eur",
            "DECIMAL(18,2)",
            "Euros excluding VAT, positive when owed to us; NULL if not quantified",
            unit="EUR",
            nullable=True,
        ),
        Column("amount_ttc_eur", "DECIMAL(18,2)", "Euros including VAT", unit="EUR", nullable=True),
        Column("method", "VARCHAR", "In French: how the expected value was found", nullable=True),
        Column(
            "base",
            "VARCHAR",
            "kWh that explain the variable grid or the accise: the complement, the total drawn by the curves, by the "
            "index, or those billed where no curve tells what these are; NULL if none does",
            nullable=True,
            allowed=("complement", "total", "index", "billed"),
        ),
        Column(
            "grid_option",
            "VARCHAR",
            "Grid of the TURPE that explains the amount, `_ACC` for that of collective self-consumption; NULL if none",
            nullable=True,
        ),
        Column("source", "VARCHAR", "Law, contract or document behind the check"),
        Column("path", "VARCHAR", "File of the export"),
        Column("line", "INTEGER", "Line of the file, from 1"),
    ),
    key=("supplier", "invoice_number", "detail_id", "prm", "check_name"),
)
