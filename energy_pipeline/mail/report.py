"""The mail of a report: the essential for each role, the chart, the page, the paper and the workbook attached."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote

from energy_pipeline import french, warehouse
from energy_pipeline.mail import envelope, templating
from energy_pipeline.mail.model import Body, File, Item, Message
from energy_pipeline.mail.outbox import open_outbox, read_outbox
from energy_pipeline.mail.picture import picture
from energy_pipeline.mail.recipients import ACCOUNTANT, ENERGY_MANAGER, Recipient, recipients
from energy_pipeline.mail.settings import Settings
from energy_pipeline.reports import charts, content, page, pdf, summary, workbook
from energy_pipeline.reports.build import PAGE, PAPER, WORKBOOK, PeriodKey, folder_names
from energy_pipeline.settings import Home

KEY = "rapport"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ACTIONS_SHOWN = {True: 5, False: 3}
"""Actions listed to those who carry them out, and to the others."""
BILLS_SHOWN = 10
CONTESTED = ("self_consumption_not_deducted", "over_billed", "under_billed")


@dataclass(frozen=True)
class Period:
    """A period whose report can be mailed; `recipients` as declared, in JSON."""

    operation_id: str
    period_start: date
    period_end: date
    month: date
    name: str
    recipients: str

    @property
    def key(self) -> str:
        """Key of the report in the outbox."""
        return f"{KEY}/{self.operation_id}/{self.period_start}"


@dataclass(frozen=True)
class _Made:
    """A report read once for all its recipients, with its files."""

    content: content.ReportContent
    files: tuple[File, ...]
    picture: File | None
    picture_text: str


def periods(publication: Path) -> tuple[Period, ...]:
    """Return the periods published of the operations that declare recipients, oldest month first."""
    with warehouse.connect(publication, read_only=True) as connection:
        rows = warehouse.run(connection, "mail/periods")
    return tuple(Period(**row) for row in rows.iter_rows(named=True))


def months_to_send(home: Path, *, is_preview: bool = False) -> tuple[date, ...]:
    """Return the months whose reports leave by themselves: since the first sending, and those told before it.

    At the first call the latest month is the only one: a new installation does not mail its history. A preview does
    not count as a first call.
    """
    known = periods(Home(home).publication)
    if not known:
        return ()
    with read_outbox(home) if is_preview else open_outbox(home) as outbox:
        first = outbox.opening_month(max(period.month for period in known))
        told = outbox.keys()
    return tuple(sorted({period.month for period in known if period.month >= first or period.key in told}))


def sent_at(home: Path, month: date) -> datetime | None:
    """Return when the last report of `month` (its first day) was mailed, None when none was."""
    of_month = [period.key for period in periods(Home(home).publication) if period.month == month]
    with read_outbox(home) as outbox:
        return outbox.last_sent(of_month)


def messages(home: Path, months: Sequence[date], settings: Settings) -> Iterator[Message]:
    """Return the mails of the reports of `months` (first days), one per recipient, from the publication of `home`.

    What is read and drawn is read and drawn when a body is asked for.
    """
    folders_of = Home(home)
    publication = folders_of.publication
    with content.connect(publication) as connection:
        facts = warehouse.run(connection, "mail/facts", months=list(months))
    digests = {(operation, start): digest for operation, start, digest in facts.iter_rows()}
    chosen = [period for period in periods(publication) if period.month in set(months)]
    places = _places(chosen, folders_of.reports, settings)
    # One report at a time: all of its recipients follow one another.
    made = lru_cache(maxsize=1)(partial(_make, publication))
    for period in chosen:
        item = Item(period.key, digests[period.operation_id, period.period_start])
        subject = _subject(period)
        for recipient in recipients(period.recipients):
            yield Message(
                (item,),
                recipient.address,
                subject,
                partial(_body, made, period, recipient, place=places[period], settings=settings),
            )


def _subject(period: Period) -> str:
    whole_month = period.period_start == period.month and (period.period_end + timedelta(days=1)).day == 1
    said = french.of_month(period.month) if whole_month else french.period(period.period_start, period.period_end)
    return f"{period.name} : rapport {said}"


def _places(chosen: Sequence[Period], reports: Path, settings: Settings) -> dict[Period, str]:
    """Return where the report of each period is: an address when reports are served, else a folder."""
    keys = {period: PeriodKey(period.operation_id, period.period_start, period.period_end, period.month)
            for period in chosen}  # fmt: skip
    names = folder_names(list(keys.values()))
    places = {}
    for period, key in keys.items():
        below = f"{period.month:%Y-%m}/{names[key]}"
        served = settings.reports_url
        places[period] = f"{served.rstrip('/')}/{quote(below)}/{PAGE}" if served else str(reports / below)
    return places


def _make(publication: Path, operation_id: str, period_start: date) -> _Made:
    report = content.read(publication, operation_id, period_start)
    chart = charts.daily(report.days)
    files = (
        File(PAGE, "text/html", page.render(report).encode()),
        File(PAPER, "application/pdf", pdf.render(report)),
        File(WORKBOOK, XLSX, workbook.render(report)),
    )
    return _Made(report, files, picture(chart) if chart else None, chart.description if chart else "")


def _body(
    made: Callable[[str, date], _Made],
    period: Period,
    recipient: Recipient,
    corrects: datetime | None,
    *,
    place: str,
    settings: Settings,
) -> Body:
    """Return the mail's content for the roles of `recipient`; `corrects`: when the version that it replaces left."""
    report = made(period.operation_id, period.period_start)
    attached = envelope.fitting(report.files, settings.max_attachment_mb)
    values = {
        **_view(report.content, recipient),
        "corrects": corrects,
        "picture": report.picture,
        "picture_text": report.picture_text,
        "attached": [file.name for file in attached],
        "left_out": [file.name for file in report.files if file not in attached],
        "place": place,
        "is_served": settings.reports_url is not None,
        "reply_to": settings.reply_to,
    }
    return Body(
        templating.text("report", **values),
        templating.html("report", **values),
        (report.picture,) if report.picture else (),
        attached,
    )


def _view(report: content.ReportContent, recipient: Recipient) -> dict[str, object]:
    claims = summary.claims(report.findings)
    claimed_eur, claimed_ttc_eur = summary.claimed(claims)
    actions = [action for action in summary.actions(report.findings) if action.severity != "info"]
    acts = ENERGY_MANAGER in recipient.roles
    shown = ACTIONS_SHOWN[acts]
    bills = [bill for bill in report.bills if bill.verdict in CONTESTED]
    return {
        "content": report,
        "period": report.period,
        "roles": recipient.roles,
        "acts": acts,
        "has_accounts": ACCOUNTANT in recipient.roles,
        "production": summary.headline(report.period, "production_kwh"),
        "shared": summary.headline(report.period, "self_consumption_kwh"),
        "self_consumption_rate": summary.headline(report.period, "self_consumption_rate"),
        "self_production_rate": summary.headline(report.period, "self_production_rate"),
        "saving": summary.saving(report),
        "saved": summary.saving_sentence(report),
        "claims": claims,
        "claimed_eur": claimed_eur,
        "claimed_ttc_eur": claimed_ttc_eur,
        "to_pay_eur": summary.to_pay(report.findings),
        "unquantified": summary.unquantified(report.findings),
        "actions": actions[:shown],
        "more_actions": max(0, len(actions) - shown),
        "bills": bills[:BILLS_SHOWN],
        "more_bills": max(0, len(bills) - BILLS_SHOWN),
        "estimated": report.period.steps_estimated,
        "missing": report.period.steps_missing,
    }
