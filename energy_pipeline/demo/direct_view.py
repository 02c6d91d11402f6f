"""The supplier's two workbooks: the export of invoices (Direct View, 70 columns) and the list of sites."""

import io
from datetime import date, datetime, time

from energy_pipeline.demo.calendar import off_peak_text
from energy_pipeline.demo.files import workbook
from energy_pipeline.demo.model import Operation, Site
from energy_pipeline.demo.world import boilers

SUPPLIER = "TotalEnergies"

HEADERS = (
    "NUM BP GROUPE", "NOM BP GROUPE", "NUM BP ENSEIGNE", "NOM BP ENSEIGNE", "REF REGROUPEMENT", "LIB REGROUPEMENT",
    "SIRET CHORUS", "CODE SERVICE", "CODE ENGAGEMENT", "NUM FACTURE", "DATE COMPTABLE", "DATE D'ECHEANCE", "ID DETAIL",
    "TYPE DETAIL", "REF ORIGINE", "REF SITE", "NOM SITE", "CODE INTERNE", "AUTRE REFERENCE", "PDL/PRM", "ADRESSE",
    "CODE POSTAL", "VILLE", "TYPE DE COMPTEUR", "NUM COMPTEUR", "SEGMENT", "RACCORDEMENT", "OPTION TARIFAIRE", "TARIF",
    "PUISSANCE SOUSCRITE", "DEBUT ABO", "FIN ABO", "MONTANT ABO", "DEBUT CONSO ET ACH. VAR.",
    "FIN CONSO ET ACH. VAR.", "MONTANT CONSO", "MONTANT GO", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT ARENH",
    "MONTANT CAPACITE", "MONTANT AUTRES", "SOUTIRAGE RTE", "DEBUT ACH. FIXE", "FIN ACH. FIXE",
    "MONTANT ACHEMINEMENT FIXE", "MONTANT ACHEMINEMENT VARIABLE", "MONTANT HTT", "MONTANT CSPE", "MONTANT CTA",
    "MONTANT TCCFE", "MONTANT TDCFE", "MONTANT TCFE", "TOTAL HORS TVA", "ASSIETTE TVA TR", "TVA TR", "ASSIETTE TVA TN",
    "TVA TN", "TOTAL TTC", "TOTAL CONSO KWH", "CONSO BASE/HP/HPH", "CONSO HC/HCH", "DERNIERE RELEVE REELLE",
    "TYPE RELEVE", "INDEX REEL BASE/HP/HPH", "INDEX REEL HC/HCH", "DATE THEORIQUE RELEVE",
    "RELEVE FACTUREE_DEBUT BASE/HP/HPH", "RELEVE FACTUREE_DEBUT HC/HCH", "RELEVE FACTUREE_FIN BASE",
)  # fmt: skip
"""Columns A to BR, in order."""
EXTRA_HEADERS = ("CONSO HPE", "CONSO HCE")
"""After BR: the two summer registers of a C4 meter."""

SITE_HEADERS = (
    "Energie", "Raison sociale", "Nom du compteur", "Point de service/Comptage", "Adresse", "Code postal", "Ville",
    "Segment", "Statut", "Option tarifaire", "FTA", "Puissance souscrite", "CAR", "Heures creuses", "Date d'entrée",
    "Date de sortie",
)  # fmt: skip
FTA = {"CUST": "BTINFCUST", "MUDT": "BTINFMUDT", "LU": "BTINFLU", "BTSUPCU": "BTSUPCU"}
OPTIONS = {"BASE": "Base", "HPHC": "Heures pleines / heures creuses", "4P": "4 plages"}

Row = dict[str, object]

QUIRK_EVERY = 5
"""One PRM in so many keeps the apostrophe by which Excel marks text."""


def postal(site: Site) -> tuple[str, str, str]:
    """Return the street, the post code and the city of a site."""
    head, city = site.address.split(" 99", 1)
    code, city = ("99" + city).split(" ", 1)
    return head, code, city


def invoices_file(rows: list[Row], month_end: date) -> bytes:
    """Return the monthly export: header in row 1, one row per detail."""
    buffer = io.BytesIO()
    book = workbook(buffer, datetime.combine(month_end, time(6, 0)))
    sheet = book.add_worksheet("Factures")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    headers = HEADERS + EXTRA_HEADERS
    sheet.write_row(0, 0, headers)
    for n, row in enumerate(rows, 1):
        for column, header in enumerate(headers):
            value = row.get(header)
            if value is None or value == "":
                continue
            if isinstance(value, date):
                sheet.write_datetime(n, column, datetime.combine(value, time()), day)
            elif isinstance(value, str):
                quirk = "'" if header == "PDL/PRM" and n % QUIRK_EVERY == 0 else ""
                sheet.write_string(n, column, quirk + value)
            else:
                sheet.write_number(n, column, float(value))  # type: ignore[arg-type]
    book.close()
    return buffer.getvalue()


def _site_row(site: Site) -> tuple[object, ...]:
    street, code, city = postal(site)
    return (
        "Electricité", site.holder, site.name, site.prm, street, code, city, site.segment, "Actif",
        OPTIONS[site.calendar], FTA[site.tariff], site.kva, site.annual_kwh, off_peak_text(site.off_peak),
        f"{date(2024, 1, 1):%d/%m/%Y}", "",
    )  # fmt: skip


def sites_file(operations: list[Operation], listed_on: date) -> bytes:
    """Return the list of the sites that the supplier serves, one of them closed, and the points of gas."""
    buffer = io.BytesIO()
    book = workbook(buffer, datetime.combine(listed_on, time(6, 0)))
    sheet = book.add_worksheet("Périmètre")
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, SITE_HEADERS, bold)
    rows: list[tuple[object, ...]] = []
    for acc in operations:
        rows += [_site_row(site) for site in (*acc.consumers, *acc.others) if site.is_public]
    acc = operations[0]
    place = ("2 place de la Mairie", acc.post_code, acc.commune)
    rows.append(("Electricité", acc.organiser, "Ancienne perception", f"30001{acc.index + 1:04d}60000", *place, "C5",
                 "Résilié", OPTIONS["BASE"], FTA["CUST"], 12, 4200, "", "01/01/2024", "31/03/2025"))  # fmt: skip
    rows += [("Gaz", acc.organiser, boiler.name, boiler.pce, *place, boiler.tariff, "Actif",
              "", "", "", boiler.annual_kwh, "", "01/01/2024", "") for boiler in boilers(acc)]  # fmt: skip
    for n, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(n, column, value)
            else:
                sheet.write_number(n, column, float(value))  # type: ignore[arg-type]
    book.close()
    return buffer.getvalue()
