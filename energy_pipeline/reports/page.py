"""The report and the index as HTML pages: one file each, no script, nothing fetched."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from energy_pipeline import french
from energy_pipeline.reports import charts, heat, summary, words
from energy_pipeline.reports.portfolio import IndexMonth, Portfolio
from energy_pipeline.reports.rows import ReportContent

TEMPLATES = Path(__file__).resolve().parent / "templates"
FINDINGS_SHOWN = 60
"""Findings on the page, gravest first; the workbook has them all."""
PROOFS_SHOWN = 6
_TEXT = re.compile(r'<style>.*?</style>|<code>.*?</code>|<(?:span|li) class="file">.*?</|<[^>]*>|[^<]+', re.DOTALL)
"""Tags, code and names of files, left as they are; or text."""
DEADLINES_SHOWN = 12
UNVERIFIED_SHOWN, INVOICES_SHOWN, OTHERS_SHOWN = 20, 8, 20
FAILED_CHECKS_SHOWN = 30


@cache
def environment() -> Environment:
    """Return the templates, with the French formats and the words that they use."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "number": french.number,
        "energy": french.energy,
        "euros": french.euros,
        "percent": french.percent,
        "signed": french.signed,
        "day": french.day,
        "short_day": french.short_day,
        "month": french.month,
        "of_month": french.of_month,
        "checked": summary.checked,
    }
    made.globals |= {
        "plural": french.plural,
        "period_words": french.period,
        "dash": french.DASH,
        "words": words,
        "roles": french.ROLES,
        "summary": summary,
        "who": summary.who,
        "svg": Markup,
    }
    return made


def fill(template: str, **values: object) -> str:
    """Return a template filled, its text spaced as French wants it: no `:` nor unit at the start of a line."""
    html = environment().get_template(template).render(**values)
    return _TEXT.sub(lambda part: part[0] if part[0].startswith("<") else french.spaced(part[0]), html)


def render(content: ReportContent) -> str:
    """Return the report as one self-contained HTML page in French."""
    claims = summary.claims(content.findings)
    actions = summary.actions(content.findings)
    amount_eur, ttc_eur = summary.claimed(claims)
    return fill(
        "report.html.j2",
        content=content,
        period=content.period,
        previous=content.previous,
        claims=claims,
        claimed_eur=amount_eur,
        claimed_ttc_eur=ttc_eur,
        to_pay_eur=summary.to_pay(content.findings),
        unquantified=summary.unquantified(content.findings),
        actions=actions[: summary.ACTIONS_SHOWN],
        more_actions=len(actions) - summary.ACTIONS_SHOWN,
        daily=charts.daily(content.days),
        hourly=charts.hourly(content.hours),
        heat_maps=[
            (title, chart)
            for title, chart in (
                ("Production partagée", heat.shared(content.heat)),
                ("Consommation", heat.consumption(content.heat)),
            )
            if chart
        ],
        shades=heat.SHADES,
        names={row.prm: row.name for row in content.names},
        findings=content.findings[:FINDINGS_SHOWN],
        saving=summary.saving(content),
        hidden_findings=max(0, len(content.findings) - FINDINGS_SHOWN),
        proofs_shown=PROOFS_SHOWN,
        failed_checks_shown=FAILED_CHECKS_SHOWN,
    )


def render_index(months: Sequence[IndexMonth], portfolio: Portfolio, quality: str | None = None) -> str:
    """Return the page of all operations, then of all reports by month; `months` as `build` makes them.

    `quality`: the page of the quality of the data beside it, when there is one.
    """
    standings = {row.operation_id: row for row in portfolio.standings}
    latest = [
        (entry, standings[entry.row.operation_id])
        for month in months
        for entry in month.entries
        if entry.row.period_start == standings[entry.row.operation_id].period_start
    ]
    latest.sort(key=lambda pair: (pair[0].row.name or "", pair[0].row.operation_id))
    return fill(
        "index.html.j2",
        months=months,
        portfolio=portfolio,
        latest=latest,
        deadlines_shown=DEADLINES_SHOWN,
        unverified_shown=UNVERIFIED_SHOWN,
        invoices_shown=INVOICES_SHOWN,
        others_shown=OTHERS_SHOWN,
        quality=quality,
    )
