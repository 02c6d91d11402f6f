"""Columns that several tables share, each described once."""

from energy_pipeline.tables.model import Column

ROLES = ("consumer", "producer")
SERIES = ("consumption", "production", "self_consumption", "complement", "surplus", "self_produced")
KEY_TYPES = ("static", "default", "dynamic", "full_dynamic")
SLOTS = ("BASE", "HP", "HC", "HPH", "HCH", "HPB", "HCB")
QUALITIES = ("measured", "estimated_linear", "estimated_week_before", "suspect", "missing")

PRM_PATTERN = r"^\d{14}$"
OPERATION_PATTERN = r"^ACC\d{7,9}$"

FILE_ID = Column("file_id", "VARCHAR", "SHA-256 of the file's name and content: the same file is loaded once")
OPERATION_ID = Column("operation_id", "VARCHAR", "Number of the convention with Enedis", pattern=OPERATION_PATTERN)
PRM = Column("prm", "VARCHAR", "Point Référence Mesure, 14 digits", pattern=PRM_PATTERN)
CONSUMER_PRM = PRM.named("consumer_prm", "PRM of the consumer")
PRODUCER_PRM = PRM.named("producer_prm", "PRM of the producer")
ROLE = Column("role", "VARCHAR", "Side of the exchange; identity is (PRM, role)", allowed=ROLES)
SERIES_COLUMN = Column("series", "VARCHAR", "Which quantity the curve or the energies carry", allowed=SERIES)
MONTH = Column("month", "DATE", "First day of the month of the period's last day (partition)")
PERIOD_START = Column("period_start", "DATE", "First day of the period, Europe/Paris")
PERIOD_END = Column("period_end", "DATE", "Last day of the period, inclusive")
STEP_MINUTES = Column("step_minutes", "INTEGER", "Length of a step of the curve", unit="min", minimum=5, maximum=60)
SLOT = Column("slot", "VARCHAR", "Time slot of the supplier's calendar", allowed=SLOTS)
VALID_FROM = Column("valid_from", "DATE", "First day on which the row holds")
VALID_TO = Column("valid_to", "DATE", "First day on which the row no longer holds; NULL while it does", nullable=True)
NAME = Column("name", "VARCHAR", "Name as declared", nullable=True)
ADDRESS = Column("address", "VARCHAR", "Postal address as declared", nullable=True)
SIRET_RNA = Column("siret_rna", "VARCHAR", "SIRET or RNA number as declared", nullable=True)
KEY_TYPE = Column("key_type", "VARCHAR", "Type of the distribution keys declared", nullable=True, allowed=KEY_TYPES)
SHARE = Column("share", "DECIMAL(18,6)", "Share of the production, as a fraction", unit="1", minimum=0)

SUPPLIER = Column("supplier", "VARCHAR", "Supplier that issued the invoice")
INVOICE_NUMBER = Column("invoice_number", "VARCHAR", "Number of the invoice")
DETAIL_ID = Column("detail_id", "VARCHAR", "Identifier of the site's detail in the invoice")
EVIDENCE = Column("evidence", "JSON", "Files and lines that prove the finding: [{file, line, value}]", nullable=True)


def energy(name: str, description: str) -> Column:
    """Return a column of energy in kWh."""
    return Column(name, "DOUBLE", description, unit="kWh", nullable=True)


def power(name: str, description: str) -> Column:
    """Return a column of mean power in W over a step."""
    return Column(name, "DOUBLE", description, unit="W", nullable=True)


def rate(name: str, description: str) -> Column:
    """Return a column holding a fraction, NULL where its divisor is 0 or steps are missing."""
    return Column(name, "DOUBLE", description, unit="1", nullable=True, minimum=0)


def money(name: str, description: str) -> Column:
    """Return a column of euros."""
    return Column(name, "DECIMAL(18,4)", description, unit="EUR", nullable=True)
