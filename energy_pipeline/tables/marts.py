"""Tables of the schema `marts`: what analysts and reports read. Names never change; columns may be added.

Here: findings, follow-up, files, and the list of all; the others stand by subject in `operation_marts`, `bill_marts`,
`money_marts` and `supplier_marts`.
"""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.bill_marts import (
    BILL_CHECK,
    COMPONENTS,
    INVOICE,
    INVOICE_LINE,
    INVOICE_RECONCILIATION,
    INVOICE_SLOT_RECONCILIATION,
    PRICE,
    SAVING_MONTH,
    SITE,
    VERDICTS,
)
from energy_pipeline.tables.landing import CONSENT as LANDED_CONSENT
from energy_pipeline.tables.landing import FILE as LANDED_FILE
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.tables.money_marts import MONEY_MARTS
from energy_pipeline.tables.operation_marts import (
    AWAITED_PARTICIPANT,
    CONSUMER_MONTH,
    CONSUMER_SLOT_MONTH,
    CURVE,
    DISTRIBUTION_KEY,
    EXCHANGE_CURVE,
    EXCHANGE_MONTH,
    OPERATION,
    OPERATION_MONTH,
    PARTICIPANT,
    PERIOD,
    PRODUCER_MONTH,
    SPLIT_EXPLANATION,
)
from energy_pipeline.tables.supplier_marts import SUPPLIER_MARTS

__all__ = [
    "AWAITED_PARTICIPANT", "BILL_CHECK", "COMPLETENESS", "COMPONENTS", "CONSENT", "CONSUMER_MONTH",
    "CONSUMER_SLOT_MONTH", "CURVE", "DEADLINE", "DISTRIBUTION_KEY", "EXCHANGE_CURVE", "EXCHANGE_MONTH", "FILE",
    "FINDING", "INVOICE", "INVOICE_LINE", "INVOICE_RECONCILIATION", "INVOICE_SLOT_RECONCILIATION", "OPERATION",
    "OPERATION_MONTH", "PARTICIPANT", "PRICE", "PRODUCER_MONTH", "PUBLICATION", "SAVING_MONTH", "SITE",
    "SPLIT_EXPLANATION", "TABLES", "VERDICTS",
]  # fmt: skip

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
        *PERIOD,
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
    INVOICE_LINE, INVOICE_RECONCILIATION, INVOICE_SLOT_RECONCILIATION, BILL_CHECK, SAVING_MONTH, PRICE, FINDING,
    *MONEY_MARTS, DEADLINE, COMPLETENESS, CONSENT, *SUPPLIER_MARTS, FILE, PUBLICATION,
)  # fmt: skip
