"""Tables of the schema `marts`: what analysts and reports read. Names never change; columns may be added."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.computed import OPERATION_PERIOD
from energy_pipeline.tables.landing import CONSENT as LANDED_CONSENT
from energy_pipeline.tables.landing import FILE as LANDED_FILE
from energy_pipeline.tables.landing import PRICE as LANDED_PRICE
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.tables.money_marts import MONEY_MARTS
from energy_pipeline.tables.supplier import FLUID
from energy_pipeline.tables.supplier_marts import SUPPLIER_MARTS

_PERIOD = (c.OPERATION_ID, c.PERIOD_START, c.PERIOD_END, c.MONTH)
_KEY_TYPE_USED = next(column for column in OPERATION_PERIOD.columns if column.name == "key_type_used")
_STEPS = tuple(
    column for column in OPERATION_PERIOD.columns if column.name.startswith(("default_steps", "steps_", "key_source"))
)
_PUBLISHED_SOURCE = Column(
    "published_source",
    "VARCHAR",
    "Where the published values come from",
    nullable=True,
    allowed=("curve", "energy", "synthesis"),
)


def _with_published(*columns: Column) -> tuple[Column, ...]:
    """Return each column followed by its twin, what Enedis published."""
    return tuple(
        twin
        for column in columns
        for twin in (
            column,
            column.named(f"published_{column.name}", f"{column.description}: published by Enedis").optional(),
        )
    )


OPERATION = Table(
    "marts",
    "operation",
    "Operations of collective self-consumption.",
    (
        c.OPERATION_ID,
        c.NAME,
        Column("organiser", "VARCHAR", "Personne morale organisatrice (PMO)", nullable=True),
        Column("organiser_siret_rna", "VARCHAR", "SIRET or RNA of the organiser", nullable=True),
        Column("commune", "VARCHAR", "Main commune", nullable=True),
        Column("post_code", "VARCHAR", "Post code of the main commune", nullable=True),
        c.KEY_TYPE,
        Column("anniversary_day", "INTEGER", "Day of the month on which the last known period starts", nullable=True),
        Column("start_date", "DATE", "Start of the operation", nullable=True),
        Column("recipients", "JSON", "Addresses of the report by role", nullable=True),
        Column("settings", "JSON", "Fields of Annexe 2 as last declared, by their csv label", nullable=True),
    ),
    key=("operation_id",),
    source="Convention §4, §11.2",
)

_EMAIL = Column("email", "VARCHAR", "Address of the holder as declared", nullable=True)
_POWER_KW = Column("power_kw", "DOUBLE", "Power of the installation of a producer", unit="kW", nullable=True)
_INSTALLATION = Column("installation", "VARCHAR", "Type of the installation of a producer", nullable=True)

PARTICIPANT = Table(
    "marts",
    "participant",
    "Stays of the PRMs in the operations, half-open: [valid_from, valid_to).",
    (
        c.OPERATION_ID,
        c.PRM,
        c.ROLE,
        c.VALID_FROM,
        c.VALID_TO,
        c.NAME,
        c.ADDRESS,
        c.SIRET_RNA,
        _EMAIL,
        _POWER_KW,
        _INSTALLATION,
        Column(
            "role_source",
            "VARCHAR",
            "How the role is known: Annexe 2, or the series of the curves",
            allowed=("annexe2", "curves"),
        ),
    ),
    key=("operation_id", "prm", "role", "valid_from"),
    source="Convention §3, §11.6.1.2",
)

AWAITED_PARTICIPANT = Table(
    "marts",
    "awaited_participant",
    "Participants of the latest Annexe 2 that have no PRM yet, known by their request for a connection.",
    (
        c.OPERATION_ID,
        Column("connection_request", "VARCHAR", "RACCO: number of the request"),
        c.ROLE,
        c.NAME,
        c.ADDRESS,
        c.SIRET_RNA,
        _EMAIL,
        _POWER_KW,
        _INSTALLATION,
        c.SHARE.optional(),
        Column("declared_on", "DATE", "Day of the declaration"),
    ),
    key=("operation_id", "connection_request", "role"),
    source="Convention §11.2.1",
)

DISTRIBUTION_KEY = Table(
    "marts",
    "distribution_key",
    "Static keys (Annexe 2.12), and the mean over the period of dynamic ones (Annexe 5).",
    (
        c.OPERATION_ID,
        c.CONSUMER_PRM,
        c.PRODUCER_PRM.optional(),
        c.VALID_FROM,
        c.VALID_TO,
        Column("key_type", "VARCHAR", "Type of the key", allowed=c.KEY_TYPES),
        c.SHARE,
        Column("source_file", "VARCHAR", "Path of the file that declares it"),
    ),
    source="Convention §4, §11.5",
)

OPERATION_MONTH = Table(
    "marts",
    "operation_month",
    "Indicators of an operation's period.",
    (
        *_PERIOD,
        c.KEY_TYPE,
        _KEY_TYPE_USED,
        *_STEPS,
        *_with_published(
            c.energy("consumption_kwh", "Consumption of the consumers"),
            c.energy("production_kwh", "Injection of the producers"),
            c.energy("self_consumption_kwh", "Production shared and consumed"),
            c.energy("complement_kwh", "Consumption less self-consumption: what suppliers sell"),
            c.energy("surplus_kwh", "Production less self-consumption"),
            c.rate("self_consumption_rate", "Taux d'autoconsommation: self-consumption / production"),
            c.rate("self_production_rate", "Taux d'autoproduction: self-consumption / consumption"),
            c.rate("coverage_rate", "Taux de couverture: production / consumption"),
        ),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start"),
    source="Convention §11.6.1.3",
)

CONSUMER_MONTH = Table(
    "marts",
    "consumer_month",
    "Energies of a consumer over a period.",
    (
        *_PERIOD,
        c.PRM,
        *_with_published(
            c.energy("consumption_kwh", "Consumption"),
            c.energy("self_consumption_kwh", "Self-consumption"),
            c.energy("complement_kwh", "Complement: what the supplier may bill as energy"),
        ),
        c.rate("self_production_rate", "Self-consumption / consumption"),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "prm"),
    source="Convention §11.6.1.3",
)

CONSUMER_SLOT_MONTH = Table(
    "marts",
    "consumer_slot_month",
    "Energies of a consumer over a period, per time slot of its supplier.",
    (
        *_PERIOD,
        c.PRM,
        c.SLOT,
        Column(
            "slot_source", "VARCHAR", "How the hours of the slot are known",
            allowed=("published", "declared", "inferred"),
        ),
        *_with_published(
            c.energy("consumption_kwh", "Consumption"),
            c.energy("self_consumption_kwh", "Self-consumption"),
            c.energy("complement_kwh", "Complement"),
        ),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "prm", "slot"),
    source="Convention §11.6.1.3",
)  # fmt: skip

PRODUCER_MONTH = Table(
    "marts",
    "producer_month",
    "Energies of a producer over a period.",
    (
        *_PERIOD,
        c.PRM,
        *_with_published(
            c.energy("production_kwh", "Injection"),
            c.energy("self_produced_kwh", "Part shared with the consumers"),
            c.energy("surplus_kwh", "Part left: surplus"),
        ),
        c.rate("self_consumption_rate", "Self-produced / production"),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "prm"),
    source="Convention §11.6.1.3",
)

EXCHANGE_MONTH = Table(
    "marts",
    "exchange_month",
    "What each producer gave to each consumer over a period.",
    (
        *_PERIOD,
        c.PRODUCER_PRM,
        c.CONSUMER_PRM,
        *_with_published(c.energy("energy_kwh", "Energy shared")),
        _PUBLISHED_SOURCE,
    ),
    key=("operation_id", "period_start", "producer_prm", "consumer_prm"),
    source="Convention §11.6.1.1, §11.7",
)

EXCHANGE_CURVE = Table(
    "marts",
    "exchange_curve",
    "What each producer gave to each consumer at each step, where producers have keys of their own: the macro "
    "`exchange_step` reads it there, and deduces it from `curve` where they share theirs.",
    (
        *_PERIOD,
        c.PRODUCER_PRM,
        c.CONSUMER_PRM,
        c.STEP_MINUTES,
        Column("power_w", "DOUBLE[]", "Pij* of each step; the first is that of 00:00 on period_start", unit="W"),
    ),
    key=("operation_id", "period_start", "producer_prm", "consumer_prm"),
    source="Convention §11.7.2, §11.7.3",
)

SPLIT_EXPLANATION = Table(
    "marts",
    "split_explanation",
    "Where the published split differs from ours: each hypothesis tested to explain it, the best first.",
    (
        *_PERIOD,
        Column("rank", "INTEGER", "1 for the hypothesis that leaves the least unexplained", minimum=1),
        Column(
            "hypothesis",
            "VARCHAR",
            "What Enedis may have done otherwise",
            allowed=(
                "other_keys",
                "default_keys",
                "participant",
                "stay",
                "shifted_hour",
                "week_before",
                "truncation",
            ),
        ),
        Column("description", "VARCHAR", "The same in French, with keys, participant, day or hour"),
        Column(
            "residual_kwh",
            "DOUBLE",
            "Self-consumption that the hypothesis leaves unexplained, beyond truncation to the watt",
            unit="kWh",
            minimum=0,
        ),
        Column(
            "difference_kwh", "DOUBLE", "The same for our own split: what is to be explained", unit="kWh", minimum=0
        ),
    ),
    key=("operation_id", "period_start", "rank"),
    source="Convention §4, §5.2.3, §11.7",
)

CURVE = Table(
    "marts",
    "curve",
    "Each step of each participant: measured, recomputed, published.",
    (
        *_PERIOD,
        c.PRM,
        c.ROLE,
        Column("step_start", "TIMESTAMPTZ", "Instant at which the step starts"),
        c.STEP_MINUTES,
        c.power("consumption_w", "Consumption (consumers)"),
        c.power("production_w", "Injection (producers)"),
        c.power("self_consumption_w", "Self-consumption of a consumer; self-produced part of a producer"),
        c.power("complement_w", "Complement (consumers)"),
        c.power("surplus_w", "Surplus (producers)"),
        c.power("published_self_consumption_w", "Published self-consumption, or self-produced part"),
        c.power("published_complement_w", "Published complement (consumers)"),
        c.power("published_surplus_w", "Published surplus (producers)"),
        Column("quality", "VARCHAR", "How the measured value is known", allowed=c.QUALITIES),
    ),
    key=("operation_id", "prm", "role", "step_start"),
    source="Convention §11.6, §11.7",
)

SITE = Table(
    "marts",
    "site",
    "Sites of the suppliers' lists.",
    (
        Column("site_id", "VARCHAR", "PRM for electricity, PCE for gas"),
        c.PRM.optional(),
        Column("pce", "VARCHAR", "Point de comptage et d'estimation (gas)", nullable=True),
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
        Column("pce", "VARCHAR", "Point de comptage et d'estimation (gas)", nullable=True),
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
        Column("reading", "VARCHAR", "Kind of reading billed", nullable=True, allowed=("actual", "estimated")),
        c.energy("billed_kwh", "Energy billed"),
        c.energy("consumption_kwh", "Physical consumption over the same days"),
        c.energy("self_consumption_kwh", "Self-consumption over the same days"),
        c.energy("complement_kwh", "Complement over the same days, recomputed"),
        c.energy("expected_kwh", "What the supplier should bill"),
        Column("verdict", "VARCHAR", "Conclusion", allowed=VERDICTS),
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

_PRICE = Column("price", "DECIMAL(18,6)", "Price excluding VAT", unit="EUR/kWh", nullable=True)

SAVING_MONTH = Table(
    "marts",
    "saving_month",
    "Euros that self-consumption saved a consumer over a period: kWh × (avoided price − local price − organiser's fee)",
    (
        *_PERIOD,
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
        Column("source", "VARCHAR", "Law, contract or document behind the check"),
        Column("path", "VARCHAR", "File of the export"),
        Column("line", "INTEGER", "Line of the file, from 1"),
    ),
    key=("supplier", "invoice_number", "detail_id", "prm", "check_name"),
)

FINDING = Table(
    "marts",
    "finding",
    "What does not agree, who is to act, and for how many euros. Exactly one finding carries each euro.",
    (
        Column("finding_id", "VARCHAR", "Hash of the business key: stable across runs"),
        Column("check_name", "VARCHAR", "Check of the catalogue (data/reference/checks.toml)"),
        Column("severity", "VARCHAR", "How grave", allowed=("error", "warning", "info")),
        Column("party", "VARCHAR", "Who is to act", allowed=("enedis", "supplier", "organiser", "pipeline")),
        c.MONTH.optional(),
        c.OPERATION_ID.optional(),
        c.PRM.optional(),
        c.ROLE.optional(),
        c.SUPPLIER.optional(),
        c.INVOICE_NUMBER.optional(),
        c.DETAIL_ID.optional(),
        c.PERIOD_START.optional(),
        c.PERIOD_END.optional(),
        Column("expected", "DOUBLE", "Value expected", nullable=True),
        Column("observed", "DOUBLE", "Value observed", nullable=True),
        Column("unit", "VARCHAR", "Unit of both", nullable=True),
        Column(
            "amount_eur",
            "DECIMAL(18,2)",
            "Euros excluding VAT, positive when owed to us; NULL if not quantified",
            unit="EUR",
            nullable=True,
        ),
        Column("amount_ttc_eur", "DECIMAL(18,2)", "Euros including VAT", unit="EUR", nullable=True),
        c.EVIDENCE,
        Column("message", "VARCHAR", "In French, for the reader of the report"),
    ),
    key=("finding_id",),
)

DEADLINE = Table(
    "marts",
    "deadline",
    "What the convention makes due, by whom and when: of each period known, and of those that follow.",
    (
        c.OPERATION_ID,
        Column(
            "kind",
            "VARCHAR",
            "Rule of the convention that the deadline comes from",
            allowed=("change_notice", "dynamic_keys", "results", "change_answer"),
        ),
        Column("party", "VARCHAR", "Who is to act", allowed=("organiser", "enedis")),
        Column("due_on", "DATE", "Last day to comply"),
        c.PERIOD_START.optional(),
        c.PERIOD_END.optional(),
        Column("title", "VARCHAR", "In French, short: what is due"),
        Column("description", "VARCHAR", "In French: what is due, for which period"),
        Column("article", "VARCHAR", "Article of the convention"),
        Column("done", "BOOLEAN", "Whether a file received shows it done; NULL if files cannot tell", nullable=True),
        Column("done_on", "DATE", "Day on which the first such file was received", nullable=True),
    ),
    key=("operation_id", "kind", "due_on", "period_start"),
    source="Convention §3.2, §4, §5",
)

COMPLETENESS = Table(
    "marts",
    "completeness",
    "Each file that a period calls for, and what became of it.",
    (
        *_PERIOD,
        c.PRM.optional(),
        c.ROLE.optional(),
        Column(
            "kind",
            "VARCHAR",
            "Kind of the file",
            allowed=("curve", "energy", "exchange", "perimeter", "synthesis", "dynamic_keys"),
        ),
        c.SERIES_COLUMN.optional(),
        Column(
            "status",
            "VARCHAR",
            "Whether the file is there; not_expected: the operation never receives the like",
            allowed=("received", "missing", "quarantined", "not_expected"),
        ),
        Column("path", "VARCHAR", "File that counts, or that was refused", nullable=True),
    ),
    key=("operation_id", "period_start", "prm", "role", "kind", "series"),
    source="Convention §5.2.2.1, §11.6",
)

FILE = Table(
    "marts",
    "file",
    "Each file received, with what became of it.",
    LANDED_FILE.columns,
    key=LANDED_FILE.key,
)

CONSENT = Table(
    "marts",
    "consent",
    "Authorisations of the participants, the latest version of each: from when to when, and until when data are kept.",
    (
        *(column for column in LANDED_CONSENT.columns if column.name not in {"file_id", "line"}),
        Column("ended_on", "DATE", "First day on which it no longer holds; NULL while it does", nullable=True),
        Column("retention_until", "DATE", "Day from which the data acquired under it are to be destroyed: five years "
               "after it ended", nullable=True),
        Column("path", "VARCHAR", "Register that tells it"),
        Column("line", "INTEGER", "Line of the register, from 1"),
    ),
    key=("operation_id", "prm", "role", "signed_on"),
    source="Convention §5.1.4, §11.4",
)  # fmt: skip

PUBLICATION = Table(
    "marts",
    "publication",
    "Of which run this copy of the warehouse is.",
    (
        Column("run_id", "VARCHAR", "Run of Dagster that published"),
        Column("published_at", "TIMESTAMPTZ", "When"),
        Column("pipeline_version", "VARCHAR", "Version of energy-pipeline"),
        Column("duckdb_version", "VARCHAR", "Version of DuckDB that wrote the file"),
    ),
)

TABLES = (
    OPERATION, PARTICIPANT, AWAITED_PARTICIPANT, DISTRIBUTION_KEY, OPERATION_MONTH, CONSUMER_MONTH,
    CONSUMER_SLOT_MONTH, PRODUCER_MONTH, EXCHANGE_MONTH, EXCHANGE_CURVE, SPLIT_EXPLANATION, CURVE, SITE, INVOICE,
    INVOICE_LINE, INVOICE_RECONCILIATION, BILL_CHECK, SAVING_MONTH, PRICE, FINDING, *MONEY_MARTS, DEADLINE,
    COMPLETENESS, CONSENT, *SUPPLIER_MARTS, FILE, PUBLICATION,
)  # fmt: skip
