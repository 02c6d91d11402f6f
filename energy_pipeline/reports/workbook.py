"""The report as a workbook: the three sheets of the convention's synthesis (§11.6.1.3), then exchanges, findings, bills
and their checks."""

from collections.abc import Sequence
from datetime import datetime

from energy_pipeline import french
from energy_pipeline.reports import summary, words, workbook_bills
from energy_pipeline.reports.rows import Consumer, Finding, Period, ReportContent, Slot
from energy_pipeline.reports.sheets import Book, Cell, Column, Styled, Value


def render(content: ReportContent) -> bytes:
    """Return the workbook's bytes: the same content gives the same bytes."""
    period = content.period
    words_of_period = french.period(period.period_start, period.period_end)
    end = period.period_end
    book = Book(f"{content.operation.name}, {words_of_period}", datetime(end.year, end.month, end.day))  # noqa: DTZ001
    about = f"{content.operation.operation_id}, période {words_of_period}"
    _operation(book, content, about)
    _producers(book, content, about)
    _consumers(book, content, about)
    _exchanges(book, content, about)
    _findings(book, content, about)
    workbook_bills.bills(book, content, about)
    workbook_bills.checks(book, content, about)
    return book.close()


def _compared(label: str) -> tuple[Column, Column, Column]:
    return (
        Column(f"{label}, recalculé (kWh)", "kwh", 16),
        Column(f"{label}, publié par Enedis (kWh)", "kwh", 16, is_joined=True),
        Column("Écart (kWh)", "kwh", 12, is_joined=True),
    )


def _three(row: object, name: str) -> tuple[Value, Value, Value]:
    return getattr(row, name), getattr(row, f"published_{name}"), summary.difference(row, name)


def _three_totals(rows: Sequence[object], name: str) -> tuple[Value, Value, Value]:
    return (
        summary.total(rows, name),
        summary.total(rows, f"published_{name}"),
        summary.total_difference(rows, name),
    )


def _operation(book: Book, content: ReportContent, about: str) -> None:
    period, previous, year_before = content.period, content.previous, content.year_before
    columns = (
        Column("Indicateur", "text", 34),
        Column("Recalculé", "kwh", 16),
        Column("Publié par Enedis", "kwh", 16),
        Column("Écart", "kwh", 14),
        Column("Période précédente, recalculé", "kwh", 18),
        Column("Évolution", "points", 12),
        Column("Un an avant, recalculé", "kwh", 16),
        Column("Évolution sur un an", "points", 12),
        Column("Unité", "text", 8),
        Column("Pourquoi une valeur manque", "text", 34),
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
        (
            label,
            *_three(period, name),
            *(value for past in (previous, year_before) for value in _since(period, past, name)),
            "kWh",
            _why(content, name),
        )
        for label, name in energies
    ]
    for label, name in rates:
        ours, published, gap = _three(period, name)
        rows.append(
            (
                label, Styled(ours, "rate"), Styled(published, "rate"), Styled(gap, "points"),
                *(value for past in (previous, year_before) for value in _points_since(period, past, name)),
                "%, points", _why(content, name),
            )
        )  # fmt: skip
    sheet, row = book.sheet("Opération", content.operation.name, about, columns, rows)
    source = words.SOURCES.get(period.published_source or "", "rien de publié dans les fichiers reçus")
    saving = summary.saving(content)
    facts: tuple[tuple[str, Cell], ...] = (
        ("Organisateur", content.operation.organiser),
        ("Origine des valeurs publiées", source),
        ("Clés appliquées", summary.keys_sentence(content)),
        ("Pas de mesure avec clés par défaut", Styled(period.default_steps, "count")),
        ("Points attendus", Styled(period.steps_expected, "count")),
        ("Points estimés", Styled(period.steps_estimated, "count")),
        ("Points manquants", Styled(period.steps_missing, "count")),
        (
            "Économie (HT)",
            summary.saving_sentence(content) if saving.amount_eur is None else Styled(saving.amount_eur, "eur"),
        ),
        ("Sites sans prix", Styled(saving.left_out, "count")),
    )
    pair = (Column("", "text", 34), Column("", "text", 16))
    for fact in facts:
        row += 1
        book.write(sheet, row, pair, fact)


def _since(now: Period, past: Period | None, name: str) -> tuple[Cell, Cell]:
    """Return the energy of a past period, and the change since, as a fraction of it."""
    before, value = getattr(past, name, None), getattr(now, name)
    return before, None if value is None or not before else value / before - 1


def _points_since(now: Period, past: Period | None, name: str) -> tuple[Cell, Cell]:
    """Return the rate of a past period, and the difference since."""
    before, value = getattr(past, name, None), getattr(now, name)
    return Styled(before, "rate"), None if value is None or before is None else value - before


def _why(content: ReportContent, name: str) -> str | None:
    return None if getattr(content.period, name) is not None else summary.reason(content.period, name)


def _producers(book: Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("PRM", "text", 17),
        Column("Nom", "text", 30),
        Column("Titulaire", "text", 26),
        Column("Puissance (kW)", "number", 11),
        *_compared("Production injectée"),
        *_compared("Électricité autoproduite"),
        *_compared("Surplus collectif réparti"),
        Column("Taux d'autoconsommation", "rate", 16),
        Column("Origine du publié", "text", 16),
    )
    names = ("production_kwh", "self_produced_kwh", "surplus_kwh")
    rows = [
        (
            row.prm, row.name, row.holder, row.power_kw, *(value for name in names for value in _three(row, name)),
            row.self_consumption_rate, words.SOURCES.get(row.published_source or ""),
        )
        for row in content.producers
    ]  # fmt: skip
    totals = [
        ("Total", None, None, None, *_totals(content.producers, names), content.period.self_consumption_rate, None)
    ]
    book.sheet(
        "Producteurs", content.operation.name, about, columns, rows, totals=totals if rows else (), frozen_columns=2
    )


def _totals(rows: Sequence[object], names: Sequence[str]) -> tuple[Value, ...]:
    return tuple(value for name in names for value in _three_totals(rows, name))


def _consumers(book: Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("PRM", "text", 17),
        Column("Nom", "text", 30),
        Column("Titulaire", "text", 26),
        Column("Poste", "text", 10),
        Column("Libellé du poste", "text", 28),
        Column("Heures du poste", "text", 11),
        *_compared("Consommation"),
        *_compared("Électricité autoconsommée"),
        *_compared("Complément"),
        Column("Taux d'autoproduction", "rate", 16),
        Column("Économie (HT)", "eur", 13),
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
                consumer.prm, consumer.name, consumer.holder, "Total", "Tous les postes", None, *values(consumer),
                consumer.self_production_rate, consumer.saving_eur, source,
            )
        )  # fmt: skip
        rows.extend(
            (
                slot.prm, consumer.name, consumer.holder, slot.slot, words.SLOTS[slot.slot],
                words.SLOT_SOURCES[slot.slot_source], *values(slot), None, None,
                words.SOURCES.get(slot.published_source or ""),
            )
            for slot in content.slots
            if slot.prm == consumer.prm
        )  # fmt: skip
    totals = [
        (
            "Total", None, None, "Total", "Tous les consommateurs", None, *_totals(content.consumers, names),
            content.period.self_production_rate, summary.total(content.consumers, "saving_eur"), None,
        )
    ]  # fmt: skip
    book.sheet(
        "Consommateurs", content.operation.name, about, columns, rows, totals=totals if rows else (), frozen_columns=2
    )


def _exchanges(book: Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("PRM du producteur", "text", 17),
        Column("Producteur", "text", 32),
        Column("PRM du consommateur", "text", 19),
        Column("Consommateur", "text", 32),
        *_compared("Électricité partagée"),
    )
    names = {row.prm: row.name for row in content.names}
    rows = [
        (
            row.producer_prm, names.get(row.producer_prm), row.consumer_prm, names.get(row.consumer_prm),
            *_three(row, "energy_kwh"),
        )
        for row in sorted(content.exchanges, key=lambda row: (row.producer_prm, row.consumer_prm))
    ]  # fmt: skip
    totals = [("Total", None, None, None, *_three_totals(content.exchanges, "energy_kwh"))]
    book.sheet("Échanges", content.operation.name, about, columns, rows, totals=totals if rows else ())


def _findings(book: Book, content: ReportContent, about: str) -> None:
    columns = (
        Column("Gravité", "text", 16),
        Column("Constat", "wrap", 30),
        Column("À faire par", "text", 22),
        Column("Montant (HT)", "eur", 13),
        Column("Montant (TTC)", "eur", 13),
        Column("Message", "wrap", 60),
        Column("À faire", "wrap", 40),
        Column("PRM", "text", 17),
        Column("Facture", "text", 18),
        Column("Du", "date", 11),
        Column("Au", "date", 11),
        Column("Attendu", "number", 13),
        Column("Observé", "number", 13),
        Column("Unité", "text", 8),
        Column("Preuves", "text", 70),
        Column("Contrôle", "text", 28),
        Column("Identifiant", "text", 20),
    )
    rows = [
        (
            words.SEVERITIES[row.severity], summary.check(row.check_name).title, summary.who(row.party, row.supplier),
            row.amount_eur, row.amount_ttc_eur, row.message, summary.check(row.check_name).action, row.prm,
            row.invoice_number, row.period_start, row.period_end, row.expected, row.observed, row.unit,
            _proofs(content, row), row.check_name, row.finding_id,
        )
        for row in content.findings
    ]  # fmt: skip
    book.sheet("Constats", content.operation.name, about, columns, rows, frozen_columns=2, printed_columns=7)


def _proofs(content: ReportContent, finding: Finding) -> str:
    return " ; ".join(proof.text for proof in summary.proofs(content, finding))
