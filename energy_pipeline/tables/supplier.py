"""Tables of what a supplier exports beside its invoices and its list of sites: one row per statement, as written."""

from energy_pipeline.tables import columns as c
from energy_pipeline.tables.model import Column, Table

FLUIDS = ("electricity", "gas")

LINE = Column("line", "INTEGER", "Line of the file, from 1, headers counted")
SHEET = Column("sheet", "VARCHAR", "Sheet of the workbook; NULL for a csv", nullable=True)
FLUID = Column("fluid", "VARCHAR", "Energy", allowed=FLUIDS)
SITE_ID = Column("site_id", "VARCHAR", "PRM, or PCE for gas", nullable=True)
EXTRA = Column("extra", "JSON", "Columns that no table names, as written", nullable=True)
_PLACE = (c.FILE_ID, SHEET, LINE)
_NUMBER = c.INVOICE_NUMBER.optional()

READING = Table(
    "landing",
    "reading",
    "A reading of a register of a meter, as the supplier shows it.",
    (
        *_PLACE,
        c.SUPPLIER,
        FLUID,
        SITE_ID,
        Column("meter_number", "VARCHAR", "Number of the meter", nullable=True),
        _NUMBER,
        Column("read_on", "DATE", "Day of the reading", nullable=True),
        Column("register", "VARCHAR", "Register as written", nullable=True),
        c.SLOT.optional(),
        Column("index_value", "DOUBLE", "Index read", nullable=True),
        Column("roll_over", "INTEGER", "Tour compteur: how many times the register came back to 0", nullable=True,
               minimum=0),
        Column("reading_type", "VARCHAR", "Type of the reading as written", nullable=True),
        Column("previous_on", "DATE", "Day of the reading before, where the row has both", nullable=True),
        Column("previous_index", "DOUBLE", "Index of the reading before", nullable=True),
        c.energy("consumption_kwh", "Energy of the register between both"),
        c.money("energy_eur", "Energy billed in the register, excluding VAT"),
        Column("subscribed_kva", "DOUBLE", "Puissance souscrite of the register", unit="kVA", nullable=True, minimum=0),
        Column("reached_kva", "DOUBLE", "Highest power reached", unit="kVA", nullable=True, minimum=0),
        EXTRA,
    ),
    key=("file_id", "sheet", "line", "register"),
    source="Supplier's portal, relèves; EDF sites_elec_phs.csv; ENGIE index file",
)  # fmt: skip

ANNUAL_SITE = Table(
    "landing",
    "annual_site",
    "A row of the supplier's yearly sheet (feuillet de gestion annuel): consumption and cost items of a site.",
    (
        *_PLACE,
        c.SUPPLIER,
        FLUID,
        Column("year", "INTEGER", "Civil year: of the row, else of the title or of the file's name", nullable=True,
               minimum=2000, maximum=2100),
        SITE_ID,
        Column("site_name", "VARCHAR", "Name of the site", nullable=True),
        Column("grouping", "VARCHAR", "Regroupement", nullable=True),
        Column("segment", "VARCHAR", "Segment", nullable=True),
        Column("tariff_option", "VARCHAR", "Option tarifaire d'acheminement", nullable=True),
        c.energy("consumption_kwh", "Consumption of the year"),
        c.energy("car_kwh", "Consommation annuelle de référence"),
        c.money("subscription_eur", "Abonnement"),
        c.money("energy_eur", "Consumption"),
        c.money("capacity_eur", "Capacity"),
        c.money("cee_eur", "CEE"),
        c.money("grid_eur", "Acheminement"),
        c.money("taxes_eur", "Taxes other than VAT"),
        c.money("total_excl_vat_eur", "Total hors TVA"),
        c.money("vat_eur", "VAT"),
        c.money("total_incl_vat_eur", "Total TTC"),
        EXTRA,
    ),
    key=("file_id", "sheet", "line"),
    source="Supplier's presentation: feuillet de gestion annuel",
)  # fmt: skip

PORTAL_INVOICE = Table(
    "landing",
    "portal_invoice",
    "A row of the portal's tables of invoices: bilan de facturation, or suivi par compteur when a site is given.",
    (
        *_PLACE,
        c.SUPPLIER,
        FLUID.optional(),
        c.INVOICE_NUMBER,
        Column("invoice_date", "DATE", "Date comptable", nullable=True),
        Column("label", "VARCHAR", "Libellé facture", nullable=True),
        SITE_ID,
        c.energy("consumption_kwh", "Conso; negative for a regularisation"),
        Column("delivery_mode", "VARCHAR", "Mode de réception", nullable=True),
        Column("status", "VARCHAR", "Etat d'édition", nullable=True),
        c.money("subscription_eur", "Abonnement, excluding tax"),
        c.money("energy_eur", "Consommation, excluding tax"),
        c.money("grid_eur", "Montant de l'acheminement"),
        c.money("total_excl_vat_eur", "Total hors TVA: more than the sum of the columns shown"),
        c.money("total_incl_vat_eur", "Montant TTC"),
        Column("cancelling_number", "VARCHAR", "Facture d'annulation", nullable=True),
        Column("origin_number", "VARCHAR", "Facture d'origine annulée", nullable=True),
        EXTRA,
    ),
    key=("file_id", "sheet", "line"),
    source="Supplier's presentation: portal, Facturation",
)

TECHNICAL_REQUEST = Table(
    "landing",
    "technical_request",
    "A technical request to the supplier: connection, change of power or of option, termination, complaint.",
    (
        *_PLACE,
        c.SUPPLIER,
        Column("request_id", "VARCHAR", "Référence demande"),
        Column("request_type", "VARCHAR", "Type de la demande", nullable=True),
        Column("requested_on", "DATE", "Date de la demande", nullable=True),
        Column("holder", "VARCHAR", "Raison sociale", nullable=True),
        SITE_ID,
        Column("appointment_on", "DATE", "Date de RDV", nullable=True),
        Column("status", "VARCHAR", "Statut as written", nullable=True),
        Column("author", "VARCHAR", "Auteur", nullable=True),
        EXTRA,
    ),
    key=("file_id", "sheet", "line"),
    source="Supplier's presentation: portal, Demandes techniques",
)

TABLES = (READING, ANNUAL_SITE, PORTAL_INVOICE, TECHNICAL_REQUEST)
