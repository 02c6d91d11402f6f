"""What the report concludes from its content: what to do, what to claim, why a figure is absent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from energy_pipeline import french
from energy_pipeline.bill_checks.findings import shown
from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.reports import evidence
from energy_pipeline.reports.rows import Finding, Period, ReportContent
from energy_pipeline.reports.words import DECISIONS, KEY_TYPES, PARTIES

ACTIONS_SHOWN = 5
_SEVERITY_ORDER = ("error", "warning", "info")


@dataclass(frozen=True)
class Check:
    """Title and action of a check, in French."""

    title: str
    action: str


@dataclass(frozen=True)
class Figure:
    """A value to show and its origin: ours, or published when ours is not known."""

    value: float | None
    is_published: bool = False


@dataclass(frozen=True)
class Claim:
    """Euros to claim from one party; `ttc_eur` is None where a part of them has no amount with VAT."""

    who: str
    amount_eur: Decimal
    ttc_eur: Decimal | None
    findings: int


@dataclass(frozen=True)
class Saving:
    """Euros saved, None where no price is known; and the number of consumers left out for want of a price."""

    amount_eur: Decimal | None
    left_out: int


@dataclass(frozen=True)
class Action:
    """Something to do: all the findings of one check and one party."""

    title: str
    action: str
    who: str
    severity: str
    count: int
    amount_eur: Decimal | None


def check(name: str) -> Check:
    """Return the catalogue's entry; a name that it lacks is shown as it is."""
    entry = catalogue().get(name, {"title": name, "action": ""})
    return Check(entry["title"], entry["action"])


def who(party: str, supplier: str | None) -> str:
    """Return who is to act: the supplier by its name."""
    return supplier if party == "supplier" and supplier else PARTIES[party]


def _who(finding: Finding) -> str:
    return who(finding.party, finding.supplier)


def figure(row: object, name: str) -> Figure:
    """Return our value of `name`, else the published one, labelled."""
    ours = getattr(row, name)
    published = getattr(row, f"published_{name}", None)
    return Figure(published, True) if ours is None and published is not None else Figure(ours)


def headline(row: object, name: str) -> Figure:
    """Return the value of `name` to show by itself.

    Where steps of curves are missing our sums are partial: the published value, labelled, or none.
    """
    if not getattr(row, "steps_missing"):  # noqa: B009
        return figure(row, name)
    published = getattr(row, f"published_{name}")
    return Figure(published, published is not None)


def difference(row: object, name: str) -> float | None:
    """Return ours less published, None where one of the two is not known."""
    ours, published = getattr(row, name), getattr(row, f"published_{name}")
    return None if ours is None or published is None else ours - published


def total(rows: Iterable[object], name: str) -> float | None:
    """Return the sum of a column, None where a row has no value: a partial total would mislead."""
    values = [getattr(row, name) for row in rows]
    return None if not values or any(value is None for value in values) else sum(values)


def total_difference(rows: Iterable[object], name: str) -> float | None:
    """Return the sum of ours less that of the published column, None where a row lacks one of the two."""
    listed = list(rows)
    ours, published = total(listed, name), total(listed, f"published_{name}")
    return None if ours is None or published is None else ours - published


def claims(findings: tuple[Finding, ...]) -> tuple[Claim, ...]:
    """Return what is owed to us, one row per party or supplier, greatest first.

    A wrong VAT alone has euros including VAT only.
    """
    owed = sorted((f for f in findings if (_euros(f) or 0) > 0), key=_who)
    grouped = [(name, list(group)) for name, group in groupby(owed, key=_who)]
    rows = [
        Claim(name, _sum(f.amount_eur for f in group), _sum_if_all(f.amount_ttc_eur for f in group), len(group))
        for name, group in grouped
    ]
    return tuple(sorted(rows, key=lambda claim: (-claim.amount_eur, claim.who)))


def to_pay(findings: tuple[Finding, ...]) -> Decimal:
    """Return the euros, excluding VAT, that a supplier did not bill and may still bill: a positive amount."""
    amounts = (finding.amount_eur for finding in findings)
    return sum((-amount for amount in amounts if amount is not None and amount < 0), Decimal(0))


def unquantified(findings: tuple[Finding, ...]) -> int:
    """Return the number of errors that carry no euros."""
    return sum(finding.severity == "error" and _euros(finding) is None for finding in findings)


def claimed(rows: tuple[Claim, ...]) -> tuple[Decimal, Decimal | None]:
    """Return the totals of the claims: excluding VAT, and including it where every claim has it."""
    return _sum(row.amount_eur for row in rows), _sum_if_all(row.ttc_eur for row in rows)


def actions(findings: tuple[Finding, ...]) -> tuple[Action, ...]:
    """Return what to do, gravest first, then by euros: findings of one check and one party are one action."""

    def key(finding: Finding) -> tuple[str, str]:
        return finding.check_name, _who(finding)

    rows = []
    for (name, party), group in groupby(sorted(findings, key=key), key=key):
        members = list(group)
        amounts = [f.amount_eur for f in members if f.amount_eur is not None]
        severity = min((f.severity for f in members), key=_SEVERITY_ORDER.index)
        entry = check(name)
        rows.append(
            Action(entry.title, entry.action, party, severity, len(members), _sum(amounts) if amounts else None)
        )

    def rank(row: Action) -> tuple[int, Decimal, str, str]:
        return _SEVERITY_ORDER.index(row.severity), -abs(row.amount_eur or Decimal(0)), row.title, row.who

    return tuple(sorted(rows, key=rank))


def saving(content: ReportContent) -> Saving:
    """Return the euros saved by the consumers that shared and whose prices are known."""
    amounts = [row.saving_eur for row in content.consumers if (figure(row, "self_consumption_kwh").value or 0) > 0]
    unknown = sum(amount is None for amount in amounts)
    return Saving(_sum(amounts) if unknown < len(amounts) else None, unknown)


def saving_sentence(content: ReportContent) -> str:
    """Return what the euros saved are made of, or why they are not known."""
    made = saving(content)
    if made.amount_eur is None:
        if refused := next((row for row in content.quarantined if row.kind == "prices"), None):
            return f"Prix inconnus : le fichier {refused.name} a été refusé, voir « Qualité des données »."
        lacks_price = any(row.check_name == "price_missing" for row in content.findings)
        if made.left_out and not lacks_price and all(row.self_consumption_kwh is None for row in content.consumers):
            return "Partage non recalculé : l'économie n'est pas chiffrée."
        if made.left_out:
            return "Prix non renseignés : déposer prices.csv pour calculer l'économie."
        known = any(figure(row, "self_consumption_kwh").value is not None for row in content.consumers)
        is_none = known and headline(content.period, "self_consumption_kwh").value is not None
        return "Aucune électricité partagée." if is_none else "Électricité partagée inconnue."
    differs = any(row.check_name == "published_split_differs" for row in content.findings)
    said = "Achats évités, moins le prix de l'électricité locale et les frais de l'organisateur"
    said += ", si la répartition juste est appliquée." if differs else "."
    if made.left_out:
        said += f" Sans {french.plural(made.left_out, 'site')} dont les prix ne sont pas renseignés."
    return said


def _euros(finding: Finding) -> Decimal | None:
    return finding.amount_ttc_eur if finding.amount_eur is None else finding.amount_eur


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _sum_if_all(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(amounts)
    return None if any(amount is None for amount in known) else _sum(known)


def decisions(content: ReportContent) -> tuple[tuple[str, int], ...]:
    """Return how many checks of the bills came to each decision, in French, the gravest first."""
    counts: Counter[str] = Counter()
    for row in content.decisions:
        counts[row.decision] += row.checks
    return tuple((said, counts[name]) for name, said in DECISIONS.items() if counts[name])


def checked(value: float | None, unit: str | None) -> str:
    """Return what a check of a bill read or expected, with its unit: `16 jours`."""
    return french.DASH if value is None else shown(value, unit)


def unverified(content: ReportContent) -> str | None:
    """Return how many bills no curve allows to check, None if each could be."""
    count = sum(bill.verdict == "no_curve" for bill in content.bills)
    noun = french.plural(count, "facture non vérifiée", "factures non vérifiées")
    return f"{noun}, faute de courbe : la raison est sous le verdict." if count else None


def unverified_reasons(content: ReportContent) -> tuple[str, ...]:
    """Return each reason for which bills could not be checked, with their sites and numbers."""
    of_reason: dict[str, list[str]] = {}
    for bill in content.bills:
        if bill.reason:
            of_reason.setdefault(bill.reason, []).append(f"{bill.site_name or bill.prm} ({bill.invoice_number})")
    return tuple(f"{reason} {french.listed(bills)}." for reason, bills in of_reason.items())


def exchanges(content: ReportContent) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[Figure, ...]], ...]]:
    """Return the producers, then each consumer with what each of them gave it: ours, else published."""
    known = {(row.producer_prm, row.consumer_prm): figure(row, "energy_kwh") for row in content.exchanges}
    producers = tuple(sorted({producer for producer, _ in known}))
    consumers = sorted({consumer for _, consumer in known})
    return producers, tuple(
        (consumer, tuple(known.get((producer, consumer), Figure(None)) for producer in producers))
        for consumer in consumers
    )


def explanation(content: ReportContent, finding: Finding) -> tuple[str, tuple[str, ...]] | None:
    """Return, for a split that differs, what is to be explained, then what explains it best; None where nothing does.

    The energy to explain is that of `split_explanation.difference_kwh`, always told with its definition: it is more
    than the net difference that the finding tells.
    """
    if finding.check_name != "published_split_differs" or not content.explanations:
        return None
    difference = french.energy(content.explanations[0].difference_kwh, 1)
    said = (
        f"Énergie à expliquer : {difference}, somme sans compensation des "
        "écarts, à chaque pas et pour chaque site, entre la répartition publiée et la nôtre. Ce qui l'explique le mieux"
    )
    left = ((row.description, french.energy(row.residual_kwh, 1)) for row in content.explanations)
    nothing = french.energy(0.0, 1)
    return said, tuple(
        f"{description} : " + ("tout est expliqué" if kwh == nothing else f"{kwh} sans explication")
        for description, kwh in left
    )


def reason(period: Period, name: str) -> str:
    """Return, in French, why `name` (a column of operation_month) has no value."""
    shared = {"self_consumption_kwh", "complement_kwh", "surplus_kwh", "self_consumption_rate", "self_production_rate"}
    if name in shared and figure(period, "production_kwh").value is None and not period.steps_missing:
        return "aucune courbe de production"
    if name.endswith("_rate"):
        divisor = "production_kwh" if name == "self_consumption_rate" else "consumption_kwh"
        if figure(period, divisor).value == 0:
            return "aucune production" if divisor == "production_kwh" else "aucune consommation"
    if period.steps_missing:
        return f"il manque {french.plural(period.steps_missing, 'point')} de courbe"
    if period.key_type_used is None and name in shared:
        return "clés de répartition inconnues"
    return "courbe absente"


def before(content: ReportContent, name: str) -> str:
    """Return the value of the previous period; its base is said, and no change is, where the two bases differ."""
    if content.previous is None:
        return ""
    now, past = headline(content.period, name), headline(content.previous, name)
    if past.value is None:
        return ""
    is_rate = name.endswith("_rate")
    shown = french.percent(past.value) if is_rate else french.energy(past.value)
    if now.value is not None and now.is_published != past.is_published:
        base = "publiée par Enedis" if past.is_published else "recalculée"
        return f"Période précédente, {base} : {shown}."
    evolution = None if is_rate else change(now.value, past.value)
    return f"Période précédente : {shown}{f' ({evolution})' if evolution else ''}."


def proofs(content: ReportContent, finding: Finding) -> tuple[evidence.Proof, ...]:
    """Return the evidence of a finding; steps of the grid are said as days and hours where the grid is known."""
    step_minutes = next((row.step_minutes for row in content.steps), None)
    start = finding.period_start or content.period.period_start
    told = evidence.proofs(finding.evidence, start, step_minutes)
    named = {proof.file for proof in told}
    return (*told, *(proof for proof in _refused_behind(content, finding) if proof.file not in named))


def _refused_behind(content: ReportContent, finding: Finding) -> tuple[evidence.Proof, ...]:
    """Return the refused files that hold what the finding misses: received, and unread."""
    kind = {"missing_curve": "curve", "missing_steps": "curve", "price_missing": "prices"}.get(finding.check_name)
    return tuple(
        evidence.Proof(
            row.path, "", f"fichier refusé ({_without_stop(row.reason)}), à corriger et à déposer de nouveau"
        )
        for row in content.quarantined
        if row.kind == kind and row.prm == finding.prm
    )


def _without_stop(sentence: str | None) -> str:
    return (sentence or "raison inconnue").rstrip(".")


def change(now: float | None, before: float | None) -> str | None:
    """Return `+12 %`: a quantity beside that of the previous period, None where it cannot be said."""
    return None if now is None or not before else f"{french.signed(100 * (now / before - 1))}{french.THIN}%"


def points(now: float | None, before: float | None) -> str | None:
    """Return `+3,2 points`: the difference of two rates."""
    if now is None or before is None:
        return None
    gap = 100 * (now - before)
    return f"{french.signed(gap, 1)}{french.NBSP}point{'s' if abs(gap) >= 2 else ''}"


def keys_sentence(content: ReportContent) -> str:
    """Return which keys the computation used, beside those declared."""
    period = content.period
    used = period.key_type_used
    if used is None:
        return (
            "Les clés de répartition ne sont pas connues et aucune hypothèse ne reproduit les courbes publiées : le "
            "partage n'est pas recalculé, seules les valeurs publiées par Enedis sont montrées."
        )
    said = f"Le calcul applique : {KEY_TYPES[used]}"
    if period.key_type is None:
        return f"{said}. Aucun type de clé n'est déclaré : il est déduit des courbes publiées."
    if period.key_type != used:
        return f"{said}, alors que l'opération déclare : {KEY_TYPES[period.key_type]}."
    return f"{said}, comme déclaré."


def default_steps_sentence(content: ReportContent) -> str | None:
    """Return to how many steps default keys were applied though others were declared, None if to none."""
    period = content.period
    if not period.default_steps or period.key_type == "default":
        return None
    steps = max((row.steps for row in content.steps), default=0)
    of = f" sur {french.number(steps)}" if steps >= period.default_steps else ""
    return f"Clés par défaut appliquées à {french.plural(period.default_steps, 'pas', 'pas')} de mesure{of}."
