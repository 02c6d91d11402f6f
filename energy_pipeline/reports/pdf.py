"""The report on paper, as a PDF: typst sets it from the template, with its own fonts and the period's date."""

import json
from datetime import UTC, datetime, time

import typst

from energy_pipeline import french
from energy_pipeline.reports import paper, summary
from energy_pipeline.reports.page import TEMPLATES
from energy_pipeline.reports.rows import ReportContent

FOOTER = "Convention : modèle Enedis-FOR-CF_01E, version 8.0. Les montants sont hors taxes, sauf mention contraire."


def render(content: ReportContent) -> bytes:
    """Return the report as a tagged PDF: a first page for those who decide, then tables, findings, definitions.

    The same content gives the same bytes: no clock, no font of the machine.
    """
    period, operation = content.period, content.operation
    said = french.period(period.period_start, period.period_end)
    organised = f", organisée par {operation.organiser}" if operation.organiser else ""
    actions = summary.actions(content.findings)
    more = len(actions) - summary.ACTIONS_SHOWN
    data = {
        "title": f"{operation.name}, {said}",
        "author": operation.organiser or operation.name,
        "date": {"year": period.period_end.year, "month": period.period_end.month, "day": period.period_end.day},
        "over": f"Autoconsommation collective, rapport {french.of_month(period.month)}",
        "heading": operation.name,
        "subtitle": f"Période {said}. Convention {operation.operation_id}{organised}.",
        "cards": paper.cards(content),
        "actions": [paper.action(row) for row in actions[: summary.ACTIONS_SHOWN]]
        or [{"title": "Rien à faire pour cette période", "action": "Aucun constat.", "facts": ""}],
        "more": f"Et {french.plural(more, 'autre point', 'autres points')}, dans les constats." if more > 0 else "",
        "sections": paper.sections(content),
        "footer": FOOTER,
    }
    return typst.compile(
        (TEMPLATES / "report.typ").read_bytes(),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[]),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(datetime.combine(period.period_end, time(), UTC).timestamp()),
    )
