"""Marts that are plain selections of what suppliers export: of each statement, the version received last."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables import supplier as landed
from energy_pipeline.tables.model import Column, Table

_PATH = Column("path", "VARCHAR", "File that says it, below the inbox")
_KEPT_ASIDE = {"file_id", "extra"}


def _selection(table: Table, description: str, key: tuple[str, ...]) -> Table:
    kept = tuple(column for column in table.columns if column.name not in _KEPT_ASIDE)
    return Table("marts", table.name, description, (*kept, _PATH), key, table.source)


READING = _selection(
    landed.READING,
    "Readings of the meters, as the suppliers show them.",
    ("supplier", "site_id", "meter_number", "read_on", "register", "invoice_number"),
)
ANNUAL_SITE = _selection(
    landed.ANNUAL_SITE,
    "The supplier's yearly sheet of each site.",
    ("supplier", "fluid", "site_id", "year", "grouping"),
)
PORTAL_INVOICE = _selection(
    landed.PORTAL_INVOICE,
    "Invoices as the supplier's portal lists them: its history is short, so it is accumulated here.",
    ("supplier", "invoice_number", "site_id"),
)
TECHNICAL_REQUEST = _selection(
    landed.TECHNICAL_REQUEST,
    "Technical requests to the suppliers, in their last known state.",
    ("supplier", "request_id"),
)

SITE_HISTORY = Table(
    "marts",
    "site_history",
    "States of the sites over time, as the suppliers' lists told them: a row while nothing of it changed.",
    (
        Column("site_id", "VARCHAR", "PRM for electricity, PCE for gas"),
        landed.FLUID,
        c.SUPPLIER,
        Column("status", "VARCHAR", "Statut as written", nullable=True),
        Column("segment", "VARCHAR", "Segment", nullable=True),
        Column("tariff_option", "VARCHAR", "Option tarifaire d'acheminement", nullable=True),
        Column("subscribed_kva", "DOUBLE", "Puissance souscrite", unit="kVA", nullable=True),
        Column("car_kwh", "DOUBLE", "Consommation annuelle de référence", unit="kWh", nullable=True),
        Column("entered_on", "DATE", "Day of entry that the lists give", nullable=True),
        Column("left_on", "DATE", "Day of exit that the lists give", nullable=True),
        Column("valid_from", "DATE", "Day of the first list that says so"),
        Column("valid_to", "DATE", "Day of the first list that says otherwise; NULL for the last state", nullable=True),
    ),
    key=("supplier", "fluid", "site_id", "valid_from"),
)

SUPPLIER_MARTS = (SITE_HISTORY, READING, ANNUAL_SITE, PORTAL_INVOICE, TECHNICAL_REQUEST)
