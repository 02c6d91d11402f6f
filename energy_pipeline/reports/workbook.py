"""The report as a workbook: the three sheets of the convention's synthesis (§11.6.1.3), the findings and the bills.

No formula is written and no text is ever read as one: names come from files of others.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from energy_pipeline.reports import french, summary, words
from energy_pipeline.reports.content import Consumer, Finding, ReportContent, Slot

Kind = Literal["text", "wrap", "kwh", "rate", "eur", "date", "number", "points"]
Value = str | float | int | Decimal | date | None

CELL_LIMIT = 32_767
"""Characters that Excel keeps in a cell: xlsxwriter drops a longer text whole."""
HEADER_ROW = 3
ACCENT = "#0F766E"
NUMBER_FORMATS = {
    "text": "@",
    "wrap": "@",
    "kwh": "#,##0.00",
    "rate": "0.0%",
    "eur": '#,##0.00 "€"',
    "date": "dd/mm/yyyy",
    "number": "#,##0.###",
    "points": "+0.0%;-0.0%;0.0%",
}


@dataclass(frozen=True)
class Column:
    """A column of a sheet: header, kind of its values, width in characters."""

    header: str
    kind: Kind
    width: int


@dataclass(frozen=True)
class Styled:
    """A value whose kind is not that of its column."""

    value: Value
    kind: Kind


Cell = Value | Styled


class _Book:
    """The workbook being written, with its formats."""

    def __init__(self, title: str, created: datetime) -> None:
        self.buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.buffer,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        self.book.set_properties({"title": title, "created": created})
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.soft = self.book.add_format({"font_color": "#4B5563"})
        self.header = self.book.add_format(
            {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "text_wrap": True, "valign": "vcenter"}
        )
        self._formats: dict[tuple[str, bool], Format] = {}

    def format(self, kind: Kind, bold: bool) -> Format:
        """Return the format of a kind of value."""
        if (kind, bold) not in self._formats:
            properties = {
                "num_format": NUMBER_FORMATS[kind],
                "valign": "top",
                "text_wrap": kind == "wrap",
                "bold": bold,
                "top": 1 if bold else 0,
            }
            self._formats[kind, bold] = self.book.add_format(properties)
        return self._formats[kind, bold]

    def sheet(
        self,
        name: str,
        title: str,
        subtitle: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Cell]],
        *,
        totals: Iterable[Sequence[Cell]] = (),
        frozen_columns: int = 1,
    ) -> tuple[Worksheet, int]:
        """Write a table under its title; return the sheet and the first free row."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, _text(title), self.title)
        sheet.write_string(1, 0, _text(subtitle), self.soft)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
            sheet.write_string(HEADER_ROW, position, column.header, self.header)
        sheet.set_row(HEADER_ROW, 45)
        row = HEADER_ROW
        for values in rows:
            row += 1
            self._write(sheet, row, columns, values, bold=False)
        sheet.autofilter(HEADER_ROW, 0, max(row, HEADER_ROW + 1), len(columns) - 1)
        for values in totals:
            row += 1
            self._write(sheet, row, columns, values, bold=True)
        sheet.freeze_panes(HEADER_ROW + 1, frozen_columns)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.set_footer("&L&A&R&P / &N")
        return sheet, row + 1

    def _write(
        self, sheet: Worksheet, row: int, columns: Sequence[Column], cells: Sequence[Cell], *, bold: bool
    ) -> None:
        for position, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            value, kind = (cell.value, cell.kind) if isinstance(cell, Styled) else (cell, column.kind)
            style = self.format(kind, bold)
            if value is None:
                sheet.write_blank(row, position, None, style)
            elif isinstance(value, str):
                sheet.write_string(row, position, _text(value), style)
            elif isinstance(value, date):
                sheet.write_datetime(row, position, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
            else:
                sheet.write_number(row, position, float(value), style)

    def close(self) -> bytes:
        """Return the file's bytes."""
        self.book.close()
        return self.buffer.getvalue()


def _text(value: str) -> str:
    return value if len(value) <= CELL_LIMIT else value[: CELL_LIMIT - 1] + "…"


def render(content: ReportContent) -> bytes:
    """Return the workbook's bytes: the same content gives the same bytes."""
    period = content.period
    words_of_period = french.period(period.period_start, period.period_end)
    end = period.period_end
    book = _Book(f"{content.operation.name}, {words_of_period}", datetime(end.year, end.month, end.day))  # noqa: DTZ001
    about = f"{content.operation.operation_id}, période {words_of_period}"
    _operation(book, content, about)
    _producers(book, content, about)
    _consumers(book, content, about)
    _findings(book, content, about)
    _bills(book, content, about)
    return book.close()


def _compared(label: str) -> tuple[Column, Column, Column]:
    return (
        Column(f"{label}, recalculé (kWh)", "kwh", 16),
        Column(f"{label}, publié par Enedis (kWh)", "kwh", 16),
        Column("Écart (kWh)", "kwh", 12),
    )


def _three(row: object, name: str) -> tuple[Value, Value, Value]:
    return getattr(row, name), getattr(row, f"published_{name}"), summary.difference(row, name)


def _three_totals(rows: Sequence[object], name: str) -> tuple[Value, Value, Value]:
    return (
        summary.total(rows, name),
        summary.total(rows, f"published_{name}"),
        summary.total_difference(rows, name),
    )


def _operation(book: _Book, content: ReportContent, about: str) -> None:
    period, previous = content.period, content.previous
    columns = (
        Column("Indicateur", "text", 34),
        Column("Recalculé", "kwh", 16),
        Column("Publié par Enedis", "kwh", 16),
        Column("Écart", "kwh", 14),
        Column("Période précédente, recalculé", "kwh", 16),
        Column("Unité", "text", 8),
        Column("Si vide", "text", 38),
    )
    energies = (
        ("Consommation totale", "consumption_kwh"),
        ("Production totale", "production_kwh"),
        ("Autoconsommation totale", "self_consumption_kwh"),
        ("Complément total", "complement_kwh"),
        ("Surplus collectif", "surplus_kwh"),
    )
    rates = (
        ("Taux d'autoconsommation", "self_consumption_rate"),
        ("Taux d'autoproduction", "self_production_rate"),
        ("Taux de couverture", "coverage_rate"),
    )
    rows: list[tuple[Cell, ...]] = [
        (label, *_three(period, name), getattr(previous, name, None), "kWh", _why(content, name))
        for label, name in energies
    ]
    for label, name in rates:
        ours, published, gap = _three(period, name)
        rows.append(
            (
                label, Styled(ours, "rate"), Styled(published, "rate"), Styled(gap, "points"),
                Styled(getattr(previous, name, None), "rate"), "%", _why(content, name),
            )
        )  # fmt: skip
    sheet, row = book.sheet("Opération", content.operation.name, about, columns, rows)
    source = words.SOURCES.get(period.published_source or "", "rien de publié dans les fichiers reçus")
    facts = (
        ("Organisateur", content.operation.organiser or french.DASH),
        ("Origine des valeurs publiées", source),
        ("Clés appliquées", summary.keys_sentence(content)),
        ("Pas avec clés par défaut", french.number(period.default_steps)),
        ("Points attendus", french.number(period.steps_expected)),
        ("Points estimés", french.number(period.steps_estimated)),
        ("Points manquants", french.number(period.steps_missing)),
        (
            "Économie (HT)",
            french.euros(content.saving_eur) if content.saving_eur is not None else "prix non renseignés",
        ),
    )
    text = book.format("text", bold=False)
    for label, fact in facts:
        row += 1
        sheet.write_string(row, 0, label, text)
        sheet.write_string(row, 1, _text(fact), text)


def _why(content: ReportContent, name: str) -> str | None:
    return None if getattr(content.period, name) is not None else summary.reason(content.period, name)


def _producers(book: _Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("PRM", "text", 17),
        Column("Nom", "text", 30),
        Column("Puissance (kW)", "number", 11),
        *_compared("Production injectée"),
        *_compared("Électricité autoproduite"),
        *_compared("Surplus collectif réparti"),
        Column("Taux d'autoconsommation", "rate", 14),
        Column("Origine du publié", "text", 16),
    )
    names = ("production_kwh", "self_produced_kwh", "surplus_kwh")
    rows = [
        (
            row.prm, row.name, row.power_kw, *(value for name in names for value in _three(row, name)),
            row.self_consumption_rate, words.SOURCES.get(row.published_source or ""),
        )
        for row in content.producers
    ]  # fmt: skip
    totals = [("Total", None, None, *_totals(content.producers, names), content.period.self_consumption_rate, None)]
    book.sheet(
        "Producteurs", content.operation.name, about, columns, rows, totals=totals if rows else (), frozen_columns=2
    )


def _totals(rows: Sequence[object], names: Sequence[str]) -> tuple[Value, ...]:
    return tuple(value for name in names for value in _three_totals(rows, name))


def _consumers(book: _Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("PRM", "text", 17),
        Column("Nom", "text", 30),
        Column("Poste", "text", 10),
        Column("Libellé du poste", "text", 28),
        Column("Heures du poste", "text", 11),
        *_compared("Consommation"),
        *_compared("Électricité autoconsommée"),
        *_compared("Complément"),
        Column("Taux d'autoproduction", "rate", 14),
        Column("Origine du publié", "text", 16),
    )
    names = ("consumption_kwh", "self_consumption_kwh", "complement_kwh")

    def values(row: Consumer | Slot) -> tuple[Value, ...]:
        return tuple(value for name in names for value in _three(row, name))

    rows: list[tuple[Value, ...]] = []
    for consumer in content.consumers:
        source = words.SOURCES.get(consumer.published_source or "")
        rows.append(
            (
                consumer.prm, consumer.name, "Total", "Tous les postes", None, *values(consumer),
                consumer.self_production_rate, source,
            )
        )  # fmt: skip
        rows.extend(
            (
                slot.prm, consumer.name, slot.slot, words.SLOTS[slot.slot], words.SLOT_SOURCES[slot.slot_source],
                *values(slot), None, words.SOURCES.get(slot.published_source or ""),
            )
            for slot in content.slots
            if slot.prm == consumer.prm
        )  # fmt: skip
    totals = [
        (
            "Total", None, "Total", "Tous les consommateurs", None, *_totals(content.consumers, names),
            content.period.self_production_rate, None,
        )
    ]  # fmt: skip
    book.sheet(
        "Consommateurs", content.operation.name, about, columns, rows, totals=totals if rows else (), frozen_columns=3
    )


def _findings(book: _Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("Gravité", "text", 16),
        Column("Constat", "wrap", 30),
        Column("À faire par", "text", 22),
        Column("Montant (HT)", "eur", 13),
        Column("Montant (TTC)", "eur", 13),
        Column("Message", "wrap", 70),
        Column("À faire", "wrap", 45),
        Column("PRM", "text", 17),
        Column("Facture", "text", 18),
        Column("Du", "date", 11),
        Column("Au", "date", 11),
        Column("Attendu", "number", 13),
        Column("Observé", "number", 13),
        Column("Unité", "text", 8),
        Column("Preuves", "wrap", 70),
        Column("Contrôle", "text", 28),
        Column("Identifiant", "text", 20),
    )
    rows = [
        (
            words.SEVERITIES[row.severity], summary.check(row.check_name).title, summary.who(row.party, row.supplier),
            row.amount_eur, row.amount_ttc_eur, row.message, summary.check(row.check_name).action, row.prm,
            row.invoice_number, row.period_start, row.period_end, row.expected, row.observed, row.unit, _proofs(row),
            row.check_name, row.finding_id,
        )
        for row in content.findings
    ]  # fmt: skip
    book.sheet("Constats", content.operation.name, about, columns, rows, frozen_columns=2)


def _proofs(finding: Finding) -> str:
    return "\n".join(
        proof.file
        + (f", ligne {proof.line}" if proof.line is not None else "")
        + (f" : {proof.value}" if proof.value is not None else "")
        for proof in finding.proofs
    )


def _bills(book: _Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("Fournisseur", "text", 22),
        Column("Facture", "text", 18),
        Column("Détail", "text", 12),
        Column("PRM", "text", 17),
        Column("Site", "text", 30),
        Column("Du", "date", 11),
        Column("Au", "date", 11),
        Column("Relève", "text", 10),
        Column("Facturé (kWh)", "kwh", 13),
        Column("Attendu (kWh)", "kwh", 13),
        Column("Écart (kWh)", "kwh", 12),
        Column("Consommation (kWh)", "kwh", 15),
        Column("Autoconsommé (kWh)", "kwh", 15),
        Column("Complément (kWh)", "kwh", 15),
        Column("Verdict", "text", 32),
        Column("Facturé en trop (HT)", "eur", 14),
    )
    rows = [
        (
            row.supplier, row.invoice_number, row.detail_id, row.prm, row.site_name, row.period_start, row.period_end,
            words.READINGS.get(row.reading or ""), row.billed_kwh, row.expected_kwh,
            _gap(row.billed_kwh, row.expected_kwh),
            row.consumption_kwh, row.self_consumption_kwh, row.complement_kwh, words.VERDICTS[row.verdict],
            row.amount_eur,
        )
        for row in content.bills
    ]  # fmt: skip
    book.sheet("Factures", content.operation.name, about, columns, rows, frozen_columns=2)


def _gap(billed: float | None, expected: float | None) -> float | None:
    return None if billed is None or expected is None else billed - expected
