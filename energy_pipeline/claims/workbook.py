"""The workbook attached to a letter: each line of the claim, its computation and its sources."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import xlsxwriter

from energy_pipeline import french
from energy_pipeline.claims.compose import Dossier
from energy_pipeline.claims.read import Claim
from energy_pipeline.claims.tables import Share
from energy_pipeline.claims.text import one_line

MADE_ON = datetime(2000, 1, 1)  # noqa: DTZ001
FORMATS = {"text": "@", "date": "dd/mm/yyyy", "kwh": "#,##0.00", "eur": '#,##0.00 "€"', "price": '0.000000 "€"'}
CELL_LIMIT = 32_767
"""Characters that a cell keeps: xlsxwriter drops a longer text whole."""
TITLE_ROW, HEADER_ROW = 0, 2

Value = str | float | Decimal | date | None


@dataclass(frozen=True)
class _Column:
    header: str
    kind: Literal["text", "date", "kwh", "eur", "price"]
    width: int


_CLAIMS = (
    _Column("Facture", "text", 16), _Column("Détail", "text", 10), _Column("Point de livraison", "text", 17),
    _Column("Site", "text", 30), _Column("Titulaire", "text", 26), _Column("Convention", "text", 14),
    _Column("Du", "date", 11), _Column("Au", "date", 11), _Column("Erreur", "text", 36),
    _Column("Facturé", "kwh", 13), _Column("Attendu", "kwh", 13), _Column("Écart", "kwh", 12),
    _Column("Unité", "text", 8), _Column("Prix moyen par kWh", "price", 13), _Column("À réclamer HT", "eur", 14),
    _Column("À réclamer TTC", "eur", 14), _Column("Accise sur l'excédent, non comptée, HT", "eur", 16),
    _Column("Export du fournisseur", "text", 44), _Column("Publications d'Enedis", "text", 60),
    _Column("Méthode et règle", "text", 60), _Column("Constat", "text", 90), _Column("Identifiant", "text", 18),
)  # fmt: skip
_SHARES = (
    _Column("Convention", "text", 14), _Column("Du", "date", 11), _Column("Au", "date", 11),
    _Column("Point de livraison", "text", 17), _Column("Nom", "text", 30), _Column("Rôle", "text", 14),
    _Column("Part publiée (kWh)", "kwh", 14), _Column("Part recalculée (kWh)", "kwh", 14),
    _Column("Écart (kWh)", "kwh", 12), _Column("Préjudice HT", "eur", 14), _Column("Fichier publié", "text", 70),
    _Column("Identifiant", "text", 18),
)  # fmt: skip
_MONEY = {"À réclamer HT", "À réclamer TTC", "Accise sur l'excédent, non comptée, HT", "Préjudice HT"}


def render(dossier: Dossier, shares: Sequence[Share], title: str) -> bytes:
    """Return the bytes of the workbook: the same claims give the same bytes. No formula: names come from others."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": title, "created": MADE_ON})
    if dossier.party == "enedis":
        _sheet(book, "Réclamation", title, _SHARES, [_share(share) for share in shares])
    else:
        _sheet(book, "Réclamation", title, _CLAIMS, [_claim(claim) for claim in dossier.claims])
    book.close()
    return buffer.getvalue()


def _claim(claim: Claim) -> tuple[Value, ...]:
    is_priced = claim.is_metered and claim.amount_eur is not None and claim.excess
    price = float(claim.amount_eur or 0) / claim.excess if is_priced and claim.excess else None
    places = [
        f"{proof.get('file') or french.DASH}{', ligne ' + str(proof['line']) if proof.get('line') else ''}"
        for proof in claim.proofs
    ]
    rules = [str(proof[name]) for proof in claim.proofs for name in ("method", "source") if proof.get(name)]
    return (
        claim.invoice_number, claim.detail_id, claim.prm, claim.site_name, claim.holder, claim.operation_id,
        claim.period_start, claim.period_end, claim.title, claim.observed, claim.expected, claim.excess, claim.unit,
        price, claim.amount_eur, claim.amount_ttc_eur, claim.excise_eur or None, " ; ".join(places),
        " ; ".join(claim.curves), " ".join(rules), claim.message, claim.finding_id,
    )  # fmt: skip


def _share(share: Share) -> tuple[Value, ...]:
    claim = share.claim
    return (
        claim.operation_id, claim.period_start, claim.period_end, share.prm, share.name,
        "producteur" if share.role == "producer" else "consommateur", share.published_kwh, share.expected_kwh,
        share.expected_kwh - share.published_kwh, share.amount_eur, share.file, claim.finding_id,
    )  # fmt: skip


def _sheet(
    book: xlsxwriter.Workbook, name: str, title: str, columns: Sequence[_Column], rows: Sequence[tuple[Value, ...]]
) -> None:
    sheet = book.add_worksheet(name)
    header = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#EEF2F7", "bottom": 1})
    formats = {
        (kind, bold): book.add_format({"num_format": written, "bold": bold, "top": 1 if bold else 0, "valign": "top"})
        for kind, written in FORMATS.items()
        for bold in (False, True)
    }
    sheet.write_string(TITLE_ROW, 0, _text(title), book.add_format({"bold": True, "font_size": 13}))
    for position, column in enumerate(columns):
        sheet.set_column(position, position, column.width)
        sheet.write_string(HEADER_ROW, position, column.header, header)
    total = [_total(column, position, rows) for position, column in enumerate(columns)]
    for line, values in enumerate([*rows, ("Total", *total[1:])], start=HEADER_ROW + 1):
        is_total = line == HEADER_ROW + 1 + len(rows)
        for position, (column, value) in enumerate(zip(columns, values, strict=True)):
            style = formats[column.kind, is_total]
            if value is None:
                sheet.write_blank(line, position, None, style)
            elif isinstance(value, str):
                sheet.write_string(line, position, _text(value), style)
            elif isinstance(value, date):
                sheet.write_datetime(line, position, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
            else:
                sheet.write_number(line, position, float(value), style)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)


def _total(column: _Column, position: int, rows: Sequence[tuple[Value, ...]]) -> Value:
    if column.header not in _MONEY:
        return None
    known = [value for row in rows if isinstance(value := row[position], (Decimal, float))]
    return sum((Decimal(str(value)) for value in known), Decimal(0)) if known else None


def _text(value: str) -> str:
    return str(one_line(value))[:CELL_LIMIT]
