"""Tables of the schema `landing`: what the files say, one row per statement, nothing interpreted.

Curves are kept as one dense array per file: index 0 is the first step of `period_start` (00:00, Europe/Paris), one
element per step until the end of `period_end` (a day of 23, 24 or 25 hours has as many), NULL where the file has none.
"""

from collections.abc import Mapping

from energy_pipeline.tables import columns as c
from energy_pipeline.tables import supplier
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.tables.supplier import EXTRA, FLUID, LINE, SHEET

CURVE = Table(
    "landing",
    "curve",
    "A load curve file (CDC): mean power per step.",
    (
        c.FILE_ID,
        c.OPERATION_ID,
        c.PRM.optional(),
        c.SERIES_COLUMN,
        c.PERIOD_START,
        c.PERIOD_END,
        c.STEP_MINUTES,
        Column("watts", "FLOAT[]", "Mean power of each step, NULL where the file has none", unit="W"),
    ),
    key=("file_id", "operation_id"),
    source="Convention §11.6.1.1",
)

ENERGY = Table(
    "landing",
    "energy",
    "An energy file: quantities per slot of the supplier's calendar.",
    (
        c.FILE_ID,
        LINE,
        c.OPERATION_ID,
        c.PRM.optional(),
        c.SERIES_COLUMN,
        c.PERIOD_START,
        c.PERIOD_END,
        c.SLOT,
        c.energy("energy_kwh", "Energy of the slot over the period"),
    ),
    key=("file_id", "operation_id", "slot"),
    source="Convention §11.6.1.1",
)

EXCHANGE = Table(
    "landing",
    "exchange",
    "What one producer shared with each consumer over the period.",
    (
        c.FILE_ID,
        LINE,
        c.OPERATION_ID,
        c.PRODUCER_PRM,
        c.CONSUMER_PRM,
        c.PERIOD_START,
        c.PERIOD_END,
        c.energy("energy_kwh", "Energy shared over the period"),
    ),
    key=("file_id", "operation_id", "consumer_prm"),
    source="Convention §11.6.1.1",
)

PERIMETER = Table(
    "landing",
    "perimeter",
    "Rows of Perimetre_Participants.csv: when each PRM counts.",
    (c.FILE_ID, LINE, c.OPERATION_ID, c.PRM, c.VALID_FROM, c.VALID_TO),
    key=("file_id", "operation_id", "line"),
    source="Convention §11.6.1.2",
)

SYNTHESIS = Table(
    "landing",
    "synthesis",
    "Figures of Enedis's monthly synthesis workbook, one row per figure.",
    (
        c.FILE_ID,
        c.OPERATION_ID,
        c.PERIOD_START,
        c.PERIOD_END,
        Column("level", "VARCHAR", "What the figure is about", allowed=("operation", "producer", "consumer")),
        c.PRM.optional(),
        Column(
            "indicator",
            "VARCHAR",
            "Quantity, named as in marts",
            allowed=(
                "consumption_kwh", "production_kwh", "self_consumption_kwh", "complement_kwh", "surplus_kwh",
                "self_produced_kwh", "self_consumption_rate", "self_production_rate", "coverage_rate",
            ),
        ),
        c.SLOT.optional(),
        Column("value", "DOUBLE", "Value: kWh, or a fraction for a rate", nullable=True),
        Column("cell", "VARCHAR", "Sheet and cell, for the proof", nullable=True),
    ),
    source="Convention §11.6.1.3",
)  # fmt: skip

OPERATION = Table(
    "landing",
    "operation",
    "An operation as declared: Annexe 2.11, or operations.toml.",
    (
        c.FILE_ID,
        c.OPERATION_ID,
        Column("declared_on", "DATE", "Date in the file's name, else the day it was received"),
        c.NAME,
        c.KEY_TYPE,
        Column("commune", "VARCHAR", "Main commune", nullable=True),
        Column("post_code", "VARCHAR", "Post code of the main commune", nullable=True),
        Column("start_date", "DATE", "Start of the operation", nullable=True),
        Column("organiser", "VARCHAR", "Personne morale organisatrice", nullable=True),
        Column("organiser_siret_rna", "VARCHAR", "SIRET or RNA of the organiser", nullable=True),
        Column("anniversary_day", "INTEGER", "Day of the month on which periods start", nullable=True,
               minimum=1, maximum=31),
        Column("recipients", "JSON", "Addresses of the report by role, from operations.toml", nullable=True),
        Column("settings", "JSON", "All fields of the declaration, as written", nullable=True),
    ),
    key=("file_id", "operation_id"),
    source="Convention §11.2.1.2",
)  # fmt: skip

PARTICIPANT = Table(
    "landing",
    "participant",
    "A participant as declared: Annexe 2.12 (or the xlsx 2.1).",
    (
        c.FILE_ID,
        LINE,
        c.OPERATION_ID,
        Column("declared_on", "DATE", "Date in the file's name, else the day it was received"),
        c.ROLE,
        c.PRM.optional(),
        Column("connection_request", "VARCHAR", "RACCO: request for a PRM that is not known yet", nullable=True),
        c.NAME,
        c.ADDRESS,
        c.SIRET_RNA,
        c.SHARE.optional(),
        Column("email", "VARCHAR", "Address of the holder", nullable=True),
        Column("power_kw", "DOUBLE", "Power of the installation", unit="kW", nullable=True, minimum=0),
        Column("installation", "VARCHAR", "Type of the installation, closed list", nullable=True),
    ),
    key=("file_id", "operation_id", "role", "line"),
    source="Convention §11.2.1",
)

DYNAMIC_KEY = Table(
    "landing",
    "dynamic_key",
    "A column of an Annexe 5 file: one consumer's share at each step, in percent as written.",
    (
        c.FILE_ID,
        c.OPERATION_ID,
        c.CONSUMER_PRM,
        c.PRODUCER_PRM.optional(),
        c.PERIOD_START,
        c.PERIOD_END,
        c.STEP_MINUTES,
        Column("percents", "DOUBLE[]", "Share of each step, NULL where the file has none", unit="%"),
    ),
    key=("file_id", "operation_id", "consumer_prm"),
    source="Convention §11.5.1",
)

REGISTERS = {"hp": "BASE/HP/HPH", "hc": "HC/HCH", "hpb": "HPB", "hcb": "HCB"}
"""Registers that a bill may tell apart: in the names of our columns, and the slots that they count."""

INVOICE_ROW = Table(
    "landing",
    "invoice_row",
    "A row of a supplier's export: one detail of one invoice. Amounts as written, positive when due.",
    (
        c.FILE_ID,
        SHEET,
        LINE,
        c.SUPPLIER,
        FLUID,
        c.INVOICE_NUMBER,
        c.DETAIL_ID,
        Column("detail_type", "VARCHAR", "TYPE DETAIL as written", nullable=True),
        Column("origin_number", "VARCHAR", "Invoice that a credit or a cancellation refers to", nullable=True),
        Column("grouping", "VARCHAR", "Regroupement", nullable=True),
        Column("chorus_siret", "VARCHAR", "SIRET CHORUS", nullable=True),
        Column("chorus_service", "VARCHAR", "CODE SERVICE", nullable=True),
        Column("chorus_commitment", "VARCHAR", "CODE ENGAGEMENT", nullable=True),
        Column("invoice_date", "DATE", "Date comptable", nullable=True),
        Column("due_date", "DATE", "Date d'échéance", nullable=True),
        c.PRM.optional(),
        Column("pce", "VARCHAR", "Point de comptage et d'estimation (gas)", nullable=True),
        Column("meter_number", "VARCHAR", "Number of the meter", nullable=True),
        Column("site_name", "VARCHAR", "NOM SITE", nullable=True),
        Column("site_code", "VARCHAR", "CODE INTERNE", nullable=True),
        Column("site_address", "VARCHAR", "Address of the site", nullable=True),
        Column("segment", "VARCHAR", "Segment: C1 to C5, T1 to T4", nullable=True),
        Column("tariff_option", "VARCHAR", "Option tarifaire d'acheminement", nullable=True),
        Column("supply_tariff", "VARCHAR", "TARIF as written", nullable=True),
        Column("subscribed_kva", "DOUBLE", "Puissance souscrite", unit="kVA", nullable=True, minimum=0),
        Column("car_kwh", "DOUBLE", "Consommation annuelle de référence", unit="kWh", nullable=True),
        Column("subscription_start", "DATE", "DEBUT ABO", nullable=True),
        Column("subscription_end", "DATE", "FIN ABO, inclusive", nullable=True),
        Column("consumption_start", "DATE", "DEBUT CONSO ET ACH. VAR.", nullable=True),
        Column("consumption_end", "DATE", "FIN CONSO ET ACH. VAR., inclusive", nullable=True),
        Column("fixed_grid_start", "DATE", "DEBUT ACH. FIXE", nullable=True),
        Column("fixed_grid_end", "DATE", "FIN ACH. FIXE, inclusive", nullable=True),
        c.money("subscription_eur", "MONTANT ABO"),
        c.money("energy_eur", "MONTANT CONSO"),
        c.money("indexation_eur", "MONTANT INDEXATION (gas)"),
        c.money("guarantee_of_origin_eur", "MONTANT GO"),
        c.money("cee_eur", "MONTANT CEE"),
        c.money("cee_precarity_eur", "MONTANT CEE PRECARITE"),
        c.money("arenh_eur", "MONTANT ARENH"),
        c.money("capacity_eur", "MONTANT CAPACITE"),
        c.money("biogas_eur", "MONTANT CPB: certificates of biogas production (gas)"),
        c.money("other_eur", "MONTANT AUTRES; what the export does not break down"),
        c.money("rte_eur", "SOUTIRAGE RTE"),
        c.money("transport_eur", "ATRT TERME FIXE (gas)"),
        c.money("fixed_grid_eur", "MONTANT ACHEMINEMENT FIXE; ATRD TERME FIXE"),
        c.money("variable_grid_eur", "MONTANT ACHEMINEMENT VARIABLE; ATRD TERME VARIABLE"),
        c.money("grid_eur", "Acheminement, where the export does not tell its fixed part from its variable part"),
        c.money("overrun_eur", "Dépassements de puissance"),
        c.money("reactive_eur", "Énergie réactive"),
        c.money("excl_tax_eur", "MONTANT HTT: before taxes and VAT"),
        c.money("excise_eur", "MONTANT CSPE, TICGN (accise)"),
        c.money("cta_eur", "MONTANT CTA"),
        c.money("tccfe_eur", "MONTANT TCCFE"),
        c.money("tdcfe_eur", "MONTANT TDCFE"),
        c.money("tcfe_eur", "MONTANT TCFE"),
        c.money("total_excl_vat_eur", "TOTAL HORS TVA"),
        c.money("vat_base_reduced_eur", "ASSIETTE TVA TR"),
        c.money("vat_reduced_eur", "TVA TR"),
        c.money("vat_base_normal_eur", "ASSIETTE TVA TN"),
        c.money("vat_normal_eur", "TVA TN"),
        c.money("vat_eur", "VAT, where the export does not tell its rates apart"),
        c.money("total_incl_vat_eur", "TOTAL TTC"),
        c.energy("consumption_kwh", "TOTAL CONSO KWH"),
        c.energy("consumption_hp_kwh", "CONSO BASE/HP/HPH"),
        c.energy("consumption_hc_kwh", "CONSO HC/HCH"),
        c.energy("consumption_hpb_kwh", "CONSO HPE (HPB)"),
        c.energy("consumption_hcb_kwh", "CONSO HCE (HCB)"),
        *(
            Column(f"{end}_index_{register}", "DOUBLE", f"Index billed, {end} of the period, register {slots}",
                   nullable=True)
            for end in ("start", "end")
            for register, slots in REGISTERS.items()
        ),
        Column("volume_m3", "DOUBLE", "TOTAL CONSO M3 (gas)", unit="m3", nullable=True),
        Column("kwh_per_m3", "DOUBLE", "COEFFICIENT DE CONVERSION (gas)", unit="kWh/m3", nullable=True, minimum=0),
        Column("energy_price", "DECIMAL(18,6)", "PRIX CONSO", unit="EUR/kWh", nullable=True),
        *(c.money(f"energy_{register}_eur", f"Energy billed in the register {slots}, where the export tells it apart")
          for register, slots in REGISTERS.items()),
        *(
            Column(f"energy_{register}_price", "DECIMAL(18,6)", f"Unit price of the register {slots}", unit="EUR/kWh",
                   nullable=True)
            for register, slots in REGISTERS.items()
        ),
        Column("last_actual_reading_on", "DATE", "DERNIERE RELEVE REELLE", nullable=True),
        Column("reading_type", "VARCHAR", "TYPE RELEVE as written", nullable=True),
        Column("layout", "VARCHAR", "Layout that read the row (data/reference/layouts)", nullable=True),
        EXTRA,
    ),
    key=("file_id", "sheet", "line"),
    source="Direct View, electricity (70 columns) and gas (68); EDF; ENGIE",
)  # fmt: skip

SITE_ROW = Table(
    "landing",
    "site_row",
    "A row of a supplier's list of sites.",
    (
        c.FILE_ID,
        SHEET,
        LINE,
        c.SUPPLIER,
        Column("listed_on", "DATE", "Day of the export: in the file's name, else the day it was received"),
        FLUID,
        Column("site_id", "VARCHAR", "PRM, or PCE for gas"),
        c.NAME,
        Column("holder", "VARCHAR", "Raison sociale", nullable=True),
        c.ADDRESS,
        Column("post_code", "VARCHAR", "Post code", nullable=True),
        Column("city", "VARCHAR", "City", nullable=True),
        Column("segment", "VARCHAR", "Segment", nullable=True),
        Column("tariff_option", "VARCHAR", "Option tarifaire d'acheminement", nullable=True),
        Column("subscribed_kva", "DOUBLE", "Puissance souscrite", unit="kVA", nullable=True, minimum=0),
        Column("car_kwh", "DOUBLE", "Consommation annuelle de référence", unit="kWh", nullable=True, minimum=0),
        Column("off_peak_hours", "VARCHAR", "Heures creuses as written, e.g. 22H30-6H30", nullable=True),
        Column("status", "VARCHAR", "Statut as written", nullable=True),
        c.VALID_FROM.optional(),
        c.VALID_TO,
        EXTRA,
    ),
    key=("file_id", "sheet", "line"),
    source="Supplier's presentation: fichier périmètre; EDF informations_contractuelles.csv",
)

PRICE = Table(
    "landing",
    "price",
    "A row of prices.csv: prices that no invoice gives, dated.",
    (
        c.FILE_ID,
        LINE,
        c.OPERATION_ID.optional(),
        c.PRM.optional(),
        Column(
            "price",
            "VARCHAR",
            "Which price",
            allowed=("local_price", "organiser_fee", "surplus_price", "avoided_price"),
        ),
        c.SLOT.optional(),
        c.VALID_FROM,
        c.VALID_TO,
        Column("value", "DECIMAL(18,6)", "Price excluding VAT", unit="EUR/kWh"),
    ),
    key=("file_id", "line"),
)

CONSENT = Table(
    "landing",
    "consent",
    "A row of consents.csv: the authorisation of a participant, as the organiser keeps it.",
    (
        c.FILE_ID,
        LINE,
        c.OPERATION_ID.optional(),
        c.PRM,
        c.ROLE.optional(),
        Column("holder", "VARCHAR", "Who gave the authorisation", nullable=True),
        Column("signed_on", "DATE", "First day on which it holds"),
        Column("expires_on", "DATE", "Last day on which it holds; NULL: as long as the convention", nullable=True),
        Column("withdrawn_on", "DATE", "First day on which it no longer holds, because it was withdrawn",
               nullable=True),
        Column("document", "VARCHAR", "Where the signed document is kept", nullable=True),
    ),
    key=("file_id", "line"),
    source="Convention §5.1.4, §11.4",
)  # fmt: skip

TABLE_OF_KIND: Mapping[str, Table] = {
    "curve": CURVE, "energy": ENERGY, "exchange": EXCHANGE, "perimeter": PERIMETER, "synthesis": SYNTHESIS,
    "annexe2_operation": OPERATION, "annexe2_participants": PARTICIPANT, "dynamic_keys": DYNAMIC_KEY,
    "invoices": INVOICE_ROW, "sites": SITE_ROW, "readings": supplier.READING, "annual_sites": supplier.ANNUAL_SITE,
    "portal_invoices": supplier.PORTAL_INVOICE, "technical_requests": supplier.TECHNICAL_REQUEST,
    "prices": PRICE, "operations": OPERATION, "consents": CONSENT,
}  # fmt: skip
"""What a file may be, and the table that its rows go to."""
KINDS = tuple(TABLE_OF_KIND)
OF_AN_OPERATION = (
    "curve", "energy", "exchange", "perimeter", "synthesis", "annexe2_operation", "annexe2_participants",
    "dynamic_keys",
)  # fmt: skip
"""Kinds of which each file is of one operation: a later one replaces that of the same point, series and period."""

FILE = Table(
    "landing",
    "file",
    "Each file seen, with what became of it.",
    (
        c.FILE_ID,
        Column("path", "VARCHAR", "Path below the inbox; '!' enters an archive or a mail"),
        Column("name", "VARCHAR", "The file's own name"),
        Column("delivery", "VARCHAR", "Folder, archive or mail that brought it, below the inbox"),
        Column("kind", "VARCHAR", "What the file was recognised as; NULL when unknown", nullable=True, allowed=KINDS),
        c.OPERATION_ID.optional(),
        c.PRM.optional(),
        c.SERIES_COLUMN.optional(),
        c.PERIOD_START.optional(),
        c.PERIOD_END.optional(),
        Column("received_at", "TIMESTAMPTZ", "Date of the mail, else time in the archive, else the file's own time"),
        Column("size_bytes", "BIGINT", "Size of the content", unit="B", minimum=0),
        Column(
            "status", "VARCHAR", "What became of the file", allowed=("loaded", "superseded", "duplicate", "quarantined")
        ),
        Column("reason", "VARCHAR", "In French: why it was not loaded", nullable=True),
        Column("reason_line", "INTEGER", "Line at fault, from 1", nullable=True),
        Column("reason_column", "VARCHAR", "Column at fault", nullable=True),
        Column("reason_value", "VARCHAR", "Value at fault", nullable=True),
    ),
    key=("path", "file_id"),
)

NOTE = Table(
    "landing",
    "note",
    "What a reader noticed in a file that it could read: becomes a finding.",
    (
        c.FILE_ID,
        Column("check_name", "VARCHAR", "Check of the catalogue"),
        Column("line", "INTEGER", "Line, from 1", nullable=True),
        Column("value", "VARCHAR", "Value at fault", nullable=True),
        Column("message", "VARCHAR", "In French: what was noticed and how it was read"),
    ),
)

PENDING_MONTH = Table(
    "landing",
    "pending_month",
    "Months whose figures are older than what has landed: landing adds them, the end of a run removes them.",
    (c.MONTH,),
    key=("month",),
)

INBOX = Table(
    "landing",
    "inbox",
    "The inbox as the last landing that ended saw it, in one row: while nothing of it changes, nothing is read again.",
    (
        Column("fingerprint", "VARCHAR", "Digest of what a landing depends on: files, settings, program"),
        Column("files", "BIGINT", "Rows of landing.file when it ended"),
    ),
    key=("fingerprint",),
)

INBOX_FILE = Table(
    "landing",
    "inbox_file",
    "The files of the inbox as the last landing that ended saw them: what has not changed since is not opened again.",
    (
        Column("path", "VARCHAR", "Path below the inbox"),
        Column("state", "VARCHAR", "Size and instants of the last change"),
    ),
    key=("path",),
)

TABLES = (FILE, *dict.fromkeys(TABLE_OF_KIND.values()), NOTE, PENDING_MONTH, INBOX, INBOX_FILE)
