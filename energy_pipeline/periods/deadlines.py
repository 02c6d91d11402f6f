"""The deadlines of the convention: who owes what, how many days after (or before) which event, by which article."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from energy_pipeline.periods.calendar import Period
from energy_pipeline.periods.working_days import add_working_days, has_local_law

DYNAMIC = ("dynamic", "full_dynamic")
REMINDED_DAYS_BEFORE = 3
"""Calendar days before a deadline at which one is reminded of it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A delay of the convention. `event`, `duty` and `title` are French: what starts it, what is owed."""

    kind: str
    party: Literal["organiser", "enedis"]
    days: int
    """Negative: before the event."""
    unit: Literal["working", "calendar"]
    article: str
    event: str
    title: str
    duty: str

    def due_on(self, event_on: date, local_law: bool = False) -> date:
        """Return the last day to comply; `local_law`: working days of Alsace-Moselle."""
        if self.unit == "calendar":
            return event_on + timedelta(days=self.days)
        return add_working_days(event_on, self.days, local_law)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A rule applied to a day. `period` is None when the event belongs to none."""

    kind: str
    party: str
    due_on: date
    article: str
    title: str
    description: str
    period: Period | None = None


_RULES = (
    Rule("dynamic_keys", "organiser", 4, "working", "4.4.1", "date anniversaire mensuelle",
         "Clés dynamiques à transmettre",
         "Transmettre à Enedis les clés de répartition dynamiques (annexe 5) ; à défaut, Enedis applique les clés par "
         "défaut"),
    Rule("results", "enedis", 7, "calendar", "5.2.2", "date anniversaire mensuelle",
         "Résultats d'Enedis",
         "Enedis met à disposition les données de comptage et la répartition"),
    Rule("change_notice", "organiser", -15, "working", "3.2.1.1, 4.2.1 et 4.3.1", "date d'effet souhaitée",
         "Dernier jour pour demander un changement",
         "Demander à Enedis un changement de périmètre, de clés statiques ou de type de clés, et en informer les "
         "participants avant son application (article 5.1.1)"),
    Rule("change_answer", "enedis", 5, "working", "3.2.1.2, 4.2.2 et 4.3.2", "demande de modification",
         "Réponse d'Enedis à une demande",
         "Enedis confirme la faisabilité technique de la modification, ou dit l'anomalie"),
    Rule("start_notice", "enedis", 5, "working", "3.1 et 8.2", "signature de la convention",
         "Date de démarrage notifiée",
         "Enedis notifie la date de démarrage de l'opération"),
    Rule("termination_notice", "enedis", 5, "working", "3.2.2", "date d'effet de la résiliation d'un contrat d'accès",
         "Sortie d'un participant notifiée",
         "Enedis notifie la sortie du point de mesure dont le contrat d'accès est résilié"),
    Rule("new_occupant_notice", "enedis", 5, "working", "3.2.2.2", "mise en service d'un nouveau contrat (HLM)",
         "Nouveau locataire notifié",
         "Enedis notifie la mise en service d'un nouveau contrat sur un point de mesure en attente"),
    Rule("new_occupant_entry", "enedis", 14, "calendar", "3.2.2.2", "mise en service d'un nouveau contrat (HLM)",
         "Réintégration d'un locataire",
         "Sans refus transmis par la personne morale organisatrice, Enedis réintègre le point de mesure"),
    Rule("suspension_notice", "enedis", 5, "working", "3.2.3", "date d'effet de la suspension d'un contrat d'accès",
         "Suspension d'un participant notifiée",
         "Enedis notifie la suspension du contrat d'accès d'un participant"),
    Rule("keys_after_suspension", "organiser", 10, "working", "3.2.3", "information donnée par Enedis",
         "Nouvelles clés après une suspension",
         "Transmettre à Enedis les clés à appliquer aux participants restants"),
    Rule("keys_after_suspension_answer", "enedis", 10, "working", "3.2.3", "réception des nouvelles clés",
         "Date d'application des nouvelles clés",
         "Enedis informe de la date d'application des nouvelles clés"),
    Rule("agreement_proof", "organiser", 10, "working", "5.1.1", "demande écrite d'Enedis",
         "Accord d'un participant à produire",
         "Produire le justificatif de l'accord du participant"),
    Rule("consent_proof", "organiser", 30, "working", "5.1.4", "demande écrite d'Enedis",
         "Autorisation d'un participant à produire",
         "Communiquer le justificatif de l'autorisation de collecte des courbes ; à défaut, Enedis sort le point de "
         "mesure du périmètre"),
    Rule("keys_information", "organiser", -1, "calendar", "5.1.1", "application des nouvelles clés",
         "Participants à informer",
         "Informer les consommateurs de leurs clés et les producteurs du partage du surplus, avant leur application"),
    Rule("complaint_forwarded", "organiser", 5, "working", "5.1.5", "réception de la réclamation",
         "Réclamation à transmettre",
         "Transmettre à Enedis la réclamation d'un participant qui met en cause sa responsabilité"),
    Rule("complaint_answered", "enedis", 30, "calendar", "5.1.5", "réception de la réclamation par Enedis",
         "Réponse d'Enedis à une réclamation",
         "Enedis répond au participant et en informe la personne morale organisatrice"),
    Rule("agreement_ended_notice", "enedis", -5, "working", "8.5.2", "date d'effet de la résiliation de la convention",
         "Résiliation de la convention annoncée",
         "Enedis informe de la résiliation les fournisseurs, producteurs et responsables d'équilibre"),
    Rule("agreement_suspended_notice", "enedis", -5, "working", "8.6.2",
         "date d'effet de la suspension de la convention",
         "Suspension de la convention annoncée",
         "Enedis informe de la suspension les fournisseurs, producteurs et responsables d'équilibre"),
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.kind: rule for rule in _RULES}


def cited(articles: str) -> str:
    """Return `article 4.4.1`, or `articles 3.1 et 8.2`."""
    return f"{'articles' if ' et ' in articles else 'article'} {articles}"


def after_event(kind: str, event_on: date, post_code: str | None = None) -> Deadline:
    """Return the deadline that an event of `event_on` starts. KeyError when no rule is called `kind`."""
    rule = RULES[kind]
    description = f"{rule.duty} ({rule.event} : {event_on:%d/%m/%Y})."
    return _deadline(rule, event_on, has_local_law(post_code), description)


def of_period(period: Period, key_type: str | None, post_code: str | None = None) -> tuple[Deadline, ...]:
    """Return what the DAM that closes `period` makes due, in the order of the days.

    Dynamic keys are due only from an operation that declares them. The notice is that of a change which would take
    effect on this DAM.
    """
    local_law = has_local_law(post_code)
    dates = f"{period.start:%d/%m/%Y} au {period.end:%d/%m/%Y}"
    descriptions = {
        "change_notice": f"Pour un effet au {period.anniversary:%d/%m/%Y}. {RULES['change_notice'].duty}.",
        "results": f"{RULES['results'].duty} de la période du {dates}.",
    }
    if key_type in DYNAMIC:
        descriptions["dynamic_keys"] = f"Période du {dates}. {RULES['dynamic_keys'].duty}."
    found = (
        _deadline(RULES[kind], period.anniversary, local_law, description, period)
        for kind, description in descriptions.items()
    )
    return tuple(sorted(found, key=lambda deadline: (deadline.due_on, deadline.kind)))


def _deadline(rule: Rule, event_on: date, local_law: bool, description: str, period: Period | None = None) -> Deadline:
    due_on = rule.due_on(event_on, local_law)
    return Deadline(rule.kind, rule.party, due_on, rule.article, rule.title, description, period)
