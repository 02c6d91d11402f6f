"""The supplier's bills of gas: two boilers of the first organiser, all right."""

import io
import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from energy_pipeline.demo import rates
from energy_pipeline.demo.bills import cents, total, whole
from energy_pipeline.demo.calendar import month_end
from energy_pipeline.demo.files import workbook
from energy_pipeline.demo.model import Boiler, Operation
from energy_pipeline.demo.world import boilers

HEADERS = (
    "NUM BP GROUPE", "NOM BP GROUPE", "REF REGROUPEMENT", "LIB REGROUPEMENT", "SIRET CHORUS", "CODE SERVICE",
    "CODE ENGAGEMENT", "NUM FACTURE", "TYPE DETAIL", "REF ORIGINE", "REF SITE", "PCE", "NOM SITE", "CODE INTERNE",
    "ADRESSE", "CODE POSTAL", "VILLE", "CLASSE DE CONSO", "TARIF D'ACHEMINEMENT", "PROFIL DE CONSOMMATION",
    "MATRICULE COMPTEUR", "INDEX REEL", "TYPE RELEVE", "DATE COMPTABLE", "DATE D'ECHEANCE", "DEBUT CONSO", "FIN CONSO",
    "DERNIERE RELEVE REELLE", "COEFFICIENT DE CONVERSION", "PRIX CONSO GAZ", "MONTANT CONSO GAZ",
    "ABONNEMENT FOURNISSEUR", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT CPB", "MONTANT INDEXATION",
    "ATRT TERME FIXE", "ATRD TERME FIXE", "ATRD TERME VARIABLE", "MONTANT AUTRES", "MONTANT TICGN / ACCISE SUR GAZ",
    "MONTANT CTA", "TOTAL HORS TVA", "ASSIETTE TVA TN", "TVA TN", "ASSIETTE TVA TR", "TVA TR", "TOTAL TTC",
    "CAR ACHEMINEMENT", "CAR CONSO", "TOTAL CONSO KWH", "TOTAL CONSO M3",
)  # fmt: skip
"""Of the 68 columns of the export, those that are publicly named, in their order."""
FIXED = ("ABONNEMENT FOURNISSEUR", "ATRT TERME FIXE", "ATRD TERME FIXE", "MONTANT CTA")
PARTS = (
    *FIXED, "MONTANT CONSO GAZ", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT CPB", "MONTANT INDEXATION",
    "ATRD TERME VARIABLE", "MONTANT AUTRES", "MONTANT TICGN / ACCISE SUR GAZ",
)  # fmt: skip

Row = dict[str, object]


def gas_bill(acc: Operation, boiler: Boiler, month: date, number: str) -> Row:
    """Return the row that bills `month` of a boiler."""
    last = month_end(month)
    winter = 1 + 0.85 * math.cos(2 * math.pi * (month.month - 1) / 12)
    # The heating value of gas moves a little from month to month.
    coefficient = Decimal("11.05") + Decimal(month.month * 7 % 12) / 50
    volume = whole(boiler.annual_kwh / 12 * winter / float(coefficient))
    kwh = whole(volume * float(coefficient))
    fixed = cents(rates.gas_fixed(boiler.tariff, month) / 12)
    row: Row = {
        "NUM BP GROUPE": f"7{acc.index + 1:07d}", "NOM BP GROUPE": acc.organiser.upper(), "REF REGROUPEMENT": "R20",
        "LIB REGROUPEMENT": "Gaz", "SIRET CHORUS": acc.siret, "CODE SERVICE": "FINANCES",
        "CODE ENGAGEMENT": f"G{month:%Y}-{acc.index + 1:04d}", "NUM FACTURE": number, "TYPE DETAIL": "FACTURE",
        "REF SITE": f"G{boiler.pce[-5:]}", "PCE": boiler.pce, "NOM SITE": boiler.name,
        "CODE INTERNE": f"GAZ-{boiler.pce[-3:]}", "ADRESSE": "2 place de la Mairie", "CODE POSTAL": acc.post_code,
        "VILLE": acc.commune, "CLASSE DE CONSO": boiler.tariff, "TARIF D'ACHEMINEMENT": boiler.tariff,
        "PROFIL DE CONSOMMATION": "P016", "MATRICULE COMPTEUR": f"GZ{boiler.pce[-6:]}", "TYPE RELEVE": "Relevé normal",
        "DATE COMPTABLE": last + timedelta(days=4), "DATE D'ECHEANCE": last + timedelta(days=34), "DEBUT CONSO": month,
        "FIN CONSO": last, "DERNIERE RELEVE REELLE": last, "COEFFICIENT DE CONVERSION": coefficient,
        "PRIX CONSO GAZ": rates.GAS_PRICE, "MONTANT CONSO GAZ": cents(kwh * rates.GAS_PRICE),
        "ABONNEMENT FOURNISSEUR": Decimal("6.00"), "MONTANT CEE": cents(kwh * Decimal("0.00421")),
        "MONTANT CEE PRECARITE": cents(kwh * Decimal("0.00140")), "MONTANT INDEXATION": Decimal(0),
        "MONTANT CPB": cents(kwh * (Decimal("0.00041") if month.year >= 2026 else Decimal(0))),
        "ATRT TERME FIXE": Decimal("3.20"), "ATRD TERME FIXE": fixed,
        "ATRD TERME VARIABLE": cents(kwh * rates.gas_variable(boiler.tariff, month)), "MONTANT AUTRES": Decimal(0),
        "MONTANT TICGN / ACCISE SUR GAZ": cents(kwh * rates.gas_excise(month)),
        "MONTANT CTA": cents(fixed * rates.GAS_CTA), "CAR ACHEMINEMENT": boiler.annual_kwh,
        "CAR CONSO": boiler.annual_kwh, "TOTAL CONSO KWH": kwh, "TOTAL CONSO M3": volume,
    }  # fmt: skip
    return gas_totalled(row)


def gas_totalled(row: Row, error: Decimal = Decimal(0)) -> Row:
    """Return `row` with its totals; `error` is added to the total before VAT, and taxed."""
    start = row["DEBUT CONSO"]
    is_reduced = isinstance(start, date) and start < rates.TURPE_7
    without_vat = total(row, PARTS) + error
    reduced = total(row, FIXED) if is_reduced else Decimal(0)
    vat_reduced, vat = cents(reduced * rates.VAT_REDUCED), cents((without_vat - reduced) * rates.VAT_NORMAL)
    return row | {
        "TOTAL HORS TVA": without_vat, "ASSIETTE TVA TR": reduced, "TVA TR": vat_reduced,
        "ASSIETTE TVA TN": without_vat - reduced, "TVA TN": vat, "TOTAL TTC": without_vat + vat_reduced + vat,
    }  # fmt: skip


def gas_file(rows: list[Row], written: date) -> bytes:
    """Return the monthly export of gas: header in row 1, one row per invoice, days written as text."""
    buffer = io.BytesIO()
    book = workbook(buffer, datetime.combine(written, time(6, 0)))
    sheet = book.add_worksheet("Export")
    sheet.write_row(0, 0, HEADERS)
    for n, row in enumerate(rows, 1):
        for column, header in enumerate(HEADERS):
            value = row.get(header)
            if isinstance(value, date):
                sheet.write_string(n, column, f"{value:%d/%m/%Y}")
            elif isinstance(value, str):
                sheet.write_string(n, column, value)
            elif value is not None:
                sheet.write_number(n, column, float(value))  # type: ignore[arg-type]
    book.close()
    return buffer.getvalue()


def gas_month(acc: Operation, month: date) -> list[Row]:
    """Return the bills of gas of a month: one invoice per boiler."""
    return [
        gas_bill(acc, boiler, month, f"2{acc.index + 1:04d}{month:%y%m}{n:03d}")
        for n, boiler in enumerate(boilers(acc), 1)
    ]
