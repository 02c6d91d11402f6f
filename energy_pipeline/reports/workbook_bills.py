"""The sheets of the workbook that an accountant opens: the bills beside the curves, and each check of each bill."""

from energy_pipeline.reports import summary, words
from energy_pipeline.reports.rows import ReportContent
from energy_pipeline.reports.sheets import Book, Column


def bills(book: Book, content: ReportContent, about: str) -> None:
    """Write the sheet of the bills beside the curves."""
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
        Column("Pourquoi elle n'est pas vérifiée", "wrap", 40),
        Column("Facturé en trop (HT)", "eur", 14),
    )
    rows = [
        (
            row.supplier, row.invoice_number, row.detail_id, row.prm, row.site_name, row.period_start, row.period_end,
            words.READINGS.get(row.reading or ""), row.billed_kwh, row.expected_kwh,
            _gap(row.billed_kwh, row.expected_kwh),
            row.consumption_kwh, row.self_consumption_kwh, row.complement_kwh, words.VERDICTS[row.verdict],
            row.reason, row.amount_eur,
        )
        for row in content.bills
    ]  # fmt: skip
    book.sheet("Factures", content.operation.name, about, columns, rows, frozen_columns=2)


def checks(book: Book, content: ReportContent, about: str) -> None:
    """Write the sheet of the checks that came to a decision, those that a bill fails first."""
    columns = (
        Column("Décision", "text", 12),
        Column("Contrôle", "wrap", 40),
        Column("Fournisseur", "text", 18),
        Column("Facture", "text", 16),
        Column("Détail", "text", 9),
        Column("PRM", "text", 17),
        Column("Facturé", "number", 13),
        Column("Attendu", "number", 13),
        Column("Unité", "text", 8),
        Column("Montant (HT)", "eur", 13),
        Column("Méthode", "wrap", 48),
        Column("Source", "wrap", 48),
    )
    rows = [
        (
            words.DECISIONS[row.decision], summary.check(row.check_name).title, row.supplier, row.invoice_number,
            row.detail_id, row.prm, row.invoiced, row.expected, "€" if row.unit == "EUR" else row.unit, row.amount_eur,
            row.method, row.source,
        )
        for row in content.checks
    ]  # fmt: skip
    book.sheet("Contrôles", content.operation.name, about, columns, rows, frozen_columns=2, printed_columns=10)


def _gap(billed: float | None, expected: float | None) -> float | None:
    return None if billed is None or expected is None else billed - expected
