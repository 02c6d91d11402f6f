"""Alerts: a run or a check that failed, a refused file, a missing delivery, a finding of no operation; each told once.

One mail per kind and reader. The runs and checks are told by who launches them, the others come from the publication.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from energy_pipeline import french, warehouse
from energy_pipeline.mail import templating
from energy_pipeline.mail.model import Body, Item, Message
from energy_pipeline.mail.recipients import energy_managers
from energy_pipeline.reports import summary

KEY = "alerte"
TOLD = "told"
"""Digest of every alert: what happened once is told once, whatever words describe it later."""
SHOWN = 30
"""Alerts written in one mail; the others are counted."""


@dataclass(frozen=True)
class FailedRun:
    """A run that failed; `causes`: what each failed step said."""

    run_id: str
    job: str
    causes: tuple[str, ...]
    months: tuple[date, ...] = ()


@dataclass(frozen=True)
class FailedCheck:
    """A check that failed. `occurrence` tells one failure from the next: a run, a month, what the check counted."""

    asset: str
    check: str
    occurrence: str
    description: str
    is_blocking: bool = False


@dataclass(frozen=True)
class QuarantinedFile:
    """A refused file. `managers`: addresses of its operation's energy managers."""

    file_id: str
    path: str
    reason: str | None
    place: str = ""
    operation_id: str | None = None
    operation_name: str | None = None
    managers: tuple[str, ...] = ()


@dataclass(frozen=True)
class MissingDelivery:
    """A deadline passed that no file shows fulfilled. `party`: organiser | enedis."""

    operation_id: str
    operation_name: str | None
    kind: str
    party: str
    due_on: date
    period_start: date | None
    title: str
    description: str
    article: str
    managers: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnplacedFinding:
    """A finding of no operation, which no report tells. `amount_eur`: excluding VAT."""

    finding_id: str
    check: str
    message: str
    amount_eur: Decimal | None = None


Alert = FailedRun | FailedCheck | QuarantinedFile | MissingDelivery | UnplacedFinding


@dataclass(frozen=True)
class _Kind:
    """How one kind of alert is told. `what` is said of one; `whats` of several; `action`: what to do, in French."""

    what: str
    whats: str
    action: str
    command: str | None = None


_KINDS: dict[type, _Kind] = {
    FailedRun: _Kind(
        "Traitement en échec",
        "traitements en échec",
        "Lire la cause ci-dessous et y remédier, puis relancer : les mois concernés restent en attente et le prochain "
        "traitement les reprend. Les rapports déjà publiés restent lisibles. Le détail est dans l'interface Dagster, "
        "sous le numéro d'exécution.",
        "energy-pipeline run --inbox BOITE --home DOSSIER",
    ),
    FailedCheck: _Kind(
        "Contrôle en échec",
        "contrôles en échec",
        "Un contrôle bloquant arrête la publication : les résultats d'avant restent en place ; transmettre ce message "
        "à qui entretient le logiciel. Un contrôle non bloquant laisse publier : lire les constats du rapport.",
    ),
    QuarantinedFile: _Kind(
        "Fichier refusé",
        "fichiers refusés",
        summary.check("quarantined_file").action + " Rien d'un fichier refusé n'est pris en compte ; tout le reste "
        "est traité.",
        "energy-pipeline status --home DOSSIER",
    ),
    MissingDelivery: _Kind(
        "Livraison manquante à l'échéance",
        "livraisons manquantes à l'échéance",
        "Si le fichier est déjà là, le déposer dans la boîte de dépôt. Sinon, l'envoyer s'il est dû par "
        "l'organisateur, ou relancer Enedis en citant l'article de la convention.",
        "energy-pipeline status --home DOSSIER",
    ),
    UnplacedFinding: _Kind(
        "Constat hors opération",
        "constats hors opération",
        "Ces constats ne sont dans le rapport d'aucune opération : suivre, pour chacun, ce qui est écrit dessous. Les "
        "montants établis sont dans les lettres de réclamation.",
        "energy-pipeline claims --home DOSSIER",
    ),
}


def of_publication(publication: Path, day: date) -> list[Alert]:
    """Return the files that stay refused, the deliveries missing at deadlines of the month before `day`, the findings
    of no operation."""
    with warehouse.connect(publication, read_only=True) as connection:
        refused = warehouse.run(connection, "mail/refused_files")
        missed = warehouse.run(connection, "mail/missed_deadlines", day=day)
        unplaced = warehouse.run(connection, "mail/unplaced_findings")
    found: list[Alert] = [_refused(row) for row in refused.iter_rows(named=True)]
    names = [name for name in MissingDelivery.__dataclass_fields__ if name not in {"operation_name", "managers"}]
    found += [
        MissingDelivery(
            **{name: row[name] for name in names},
            operation_name=row["name"],
            managers=energy_managers(row["recipients"]),
        )
        for row in missed.iter_rows(named=True)
    ]
    return found + [UnplacedFinding(**row) for row in unplaced.iter_rows(named=True)]


def _refused(row: dict[str, object]) -> QuarantinedFile:
    titles = (("ligne", "reason_line"), ("colonne", "reason_column"), ("valeur", "reason_value"))
    return QuarantinedFile(
        file_id=str(row["file_id"]),
        path=str(row["path"]),
        reason=_text(row["reason"]),
        place=", ".join(f"{title} {row[name]}" for title, name in titles if row[name] is not None),
        operation_id=_text(row["operation_id"]),
        operation_name=_text(row["name"]),
        managers=energy_managers(_text(row["recipients"])),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def item(alert: Alert) -> Item:
    """Return the key under which `alert` is told once."""
    match alert:
        case FailedRun():
            told: tuple[object, ...] = ("traitement", alert.run_id)
        case FailedCheck():
            told = ("controle", alert.asset, alert.check, alert.occurrence)
        case QuarantinedFile():
            told = ("fichier", alert.path, alert.file_id)
        case MissingDelivery():
            told = ("echeance", alert.operation_id, alert.kind, alert.period_start or alert.due_on)
        case UnplacedFinding():
            told = ("constat", alert.finding_id)
    return Item("/".join(map(str, (KEY, *told))), TOLD)


def messages(
    raised: Sequence[Alert], operators: Sequence[str], others: Sequence[str], is_told: Callable[[str, Item], bool]
) -> Iterator[Message]:
    """Return one mail per recipient and kind, of what they were not told yet.

    `operators` receive everything but findings; the energy managers of an operation, its refused files and missing
    deliveries; `others`, the findings, and the files and deliveries that have no energy manager.
    """
    readers = [(alert, _readers(alert, operators, others)) for alert in raised]
    recipients = {key: address for _, addresses in readers for key, address in addresses.items()}
    for key, address in recipients.items():
        for kind in _KINDS:
            alerts = [
                alert
                for alert, addresses in readers
                if type(alert) is kind and key in addresses and not is_told(address, item(alert))
            ]
            if alerts:
                yield compose(alerts, address)


def _readers(alert: Alert, operators: Sequence[str], others: Sequence[str]) -> dict[str, str]:
    """Return the addresses to which `alert` is told, by what they are in small letters."""
    match alert:
        case FailedRun() | FailedCheck():
            told = [*operators]
        case QuarantinedFile() | MissingDelivery():
            told = [*(alert.managers or others), *operators]
        case UnplacedFinding():
            told = [*others]
    return {address.lower(): address for address in told}


def compose(alerts: Sequence[Alert], recipient: str) -> Message:
    """Return the mail that tells `alerts`, all of one kind, at least one, to `recipient`."""
    kind = _KINDS[type(alerts[0])]
    items = tuple({item(alert): None for alert in alerts})
    return Message(items, recipient, _subject(kind, alerts), partial(_body, kind, tuple(alerts)))


def _subject(kind: _Kind, alerts: Sequence[Alert]) -> str:
    if len(alerts) > 1:
        return f"Alerte : {len(alerts)} {kind.whats}"
    return f"Alerte : {kind.what[0].lower()}{kind.what[1:]}, {_about(alerts[0])}"


def _about(alert: Alert) -> str:
    match alert:
        case FailedRun():
            return f"« {alert.job} »"
        case FailedCheck():
            return alert.check
        case QuarantinedFile():
            return alert.path.rpartition("/")[2]
        case MissingDelivery():
            return f"{alert.operation_name or alert.operation_id}, {alert.title}"
        case UnplacedFinding():
            return summary.check(alert.check).title


def _lines(alert: Alert) -> tuple[str, ...]:
    """Return what happened: a title, then the facts."""
    match alert:
        case FailedRun():
            months = ", ".join(map(french.month, alert.months))
            return (
                f"Traitement « {alert.job} »{f' ({months})' if months else ''}, exécution {alert.run_id}",
                *alert.causes,
            )
        case FailedCheck():
            blocking = "bloquant" if alert.is_blocking else "non bloquant"
            return f"{alert.check}, sur {alert.asset} ({blocking}, {alert.occurrence})", alert.description
        case QuarantinedFile():
            where = f" ({alert.place})" if alert.place else ""
            operation = " ".join(filter(None, (alert.operation_name, alert.operation_id)))
            return tuple(filter(None, (alert.path, f"{alert.reason or 'Sans motif connu.'}{where}", operation)))
        case MissingDelivery():
            party = {"organiser": "l'organisateur", "enedis": "Enedis"}[alert.party]
            return (
                f"{alert.operation_name or 'Opération'} {alert.operation_id} : {alert.title}",
                f"{alert.description} Dû par {party}, au plus tard le {french.day(alert.due_on)} "
                f"(convention, article {alert.article}).",
            )
        case UnplacedFinding():
            catalogued = summary.check(alert.check)
            amount = "" if alert.amount_eur is None else f"Montant en jeu : {french.euros(alert.amount_eur)} HT."
            return tuple(filter(None, (catalogued.title, alert.message, amount, catalogued.action)))


def _body(kind: _Kind, alerts: tuple[Alert, ...], _corrects: datetime | None) -> Body:
    count = len(alerts)
    values = {
        "title": kind.what if count == 1 else f"{french.number(count)} {kind.whats}",
        "facts": [_lines(alert) for alert in alerts[:SHOWN]],
        "hidden": max(0, count - SHOWN),
        "action": kind.action,
        "command": kind.command,
    }
    return Body(templating.text("alert", **values), templating.html("alert", **values))
