"""French words for the values of the marts, and the definitions at the foot of the report."""

from dataclasses import dataclass

from energy_pipeline import french

SEVERITIES = {"error": "À corriger", "warning": "À vérifier", "info": "Pour information"}
PARTIES = {
    "enedis": "Enedis",
    "supplier": "Fournisseur",
    "organiser": "Organisateur",
    "pipeline": "Exploitant du logiciel",
}
VERDICTS = {
    "matches": "Conforme",
    "self_consumption_not_deducted": "Autoconsommation non déduite",
    "over_billed": "Surfacturée",
    "under_billed": "Sous-facturée",
    "estimated_pending": "Estimée, relève attendue",
    "cancelled": "Annulée",
    "no_curve": "Sans courbe : non vérifiée",
    "site_unknown": "Site inconnu",
}
DECISIONS = {"invalid": "Refusé", "review": "À vérifier", "valid": "Conforme", "ignored": "Sans objet ou sans donnée"}
READINGS = {"actual": "relevée", "estimated": "estimée"}
KEY_TYPES = {
    "static": "clés statiques",
    "default": "clés par défaut (au prorata des consommations)",
    "dynamic": "clés dynamiques simples",
    "full_dynamic": "clés dynamiques complètes (par producteur)",
    "mixed": "plusieurs types de clés",
}
SOURCES = {"curve": "courbes", "energy": "fichiers d'énergie", "synthesis": "synthèse"}
SLOT_SOURCES = {"published": "publié", "declared": "déclaré", "inferred": "déduit"}
SLOTS = {
    "BASE": "Base",
    "HP": "Heures pleines",
    "HC": "Heures creuses",
    "HPH": "Heures pleines, saison haute",
    "HCH": "Heures creuses, saison haute",
    "HPB": "Heures pleines, saison basse",
    "HCB": "Heures creuses, saison basse",
}
PLACES = {"line": "ligne", "column": "colonne", "cell": "cellule"}
EVIDENCE = {
    "value": "valeur",
    "prm": "PRM",
    "role": "",
    "expected": "attendu",
    "expected_kwh": "attendu",
    "published_kwh": "publié",
    "consumption_kwh": "consommation",
    "self_consumption_kwh": "autoconsommation",
    "complement_source": "complément",
    "amount_eur": "montant",
    "excise_eur": "accise",
    "price": "prix :",
    "method": "calcul :",
    "source": "référence :",
    "slots": "postes :",
    "slot_source": "heures des postes :",
    "deducted": "déduit :",
    "first_step": "à partir du pas n°",
    "hypothesis": "hypothèse :",
    "residual_kwh": "écart restant",
    "changed": "colonnes modifiées",
    "replaces": "remplace",
    "series": "",
    "before_kwh": "d'abord",
    "after_kwh": "désormais",
    "steps": "points modifiés :",
    "first_day": "du",
    "last_day": "au",
}
"""Names of the values that the evidence of a finding gives beside file and line; empty: the value says enough."""
EVIDENCE_VALUES = french.ROLES | french.SERIES | {"published": "publié", "recomputed": "recalculé"}
FILE_KINDS = {
    "curve": "Courbes de charge",
    "energy": "Énergies par poste",
    "exchange": "Détails producteur-consommateur",
    "perimeter": "Périmètre des participants",
    "synthesis": "Synthèses",
    "annexe2_operation": "Annexe 2.1 ou 2.11 (opération)",
    "annexe2_participants": "Annexe 2.12 (participants)",
    "dynamic_keys": "Annexe 5 (clés dynamiques)",
    "invoices": "Exports de factures",
    "sites": "Listes de sites",
    "readings": "Relèves de compteurs",
    "annual_sites": "Feuillets de gestion annuels",
    "portal_invoices": "Bilans de facturation",
    "technical_requests": "Demandes techniques",
    "prices": "Prix",
    "consents": "Registre des autorisations",
    "operations": "Déclaration des opérations",
    None: "Fichiers non reconnus",
}


@dataclass(frozen=True)
class Definition:
    """A word of the report, what it means and where that is written."""

    key: str
    word: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Indicator:
    """A rate of the operation: its column, its name and what it means; `%s` stands for the percentage."""

    name: str
    title: str
    sentence: str


INDICATORS = (
    Indicator("self_consumption_rate", "Autoconsommation", "Sur 100 kWh produits, %s sont consommés dans l'opération."),
    Indicator("self_production_rate", "Autoproduction", "Sur 100 kWh consommés, %s viennent de nos producteurs."),
    Indicator("coverage_rate", "Couverture", "La production représente %s % de la consommation."),
)
ENERGIES = (
    ("production_kwh", "Production"),
    ("self_consumption_kwh", "Autoconsommation"),
    ("surplus_kwh", "Surplus"),
    ("consumption_kwh", "Consommation"),
    ("complement_kwh", "Complément"),
)
DEFINITIONS = (
    Definition(
        "production",
        "Production",
        "Électricité injectée sur le réseau par les producteurs de l'opération.",
        "Convention, article 5.2.1",
    ),
    Definition(
        "self_consumption",
        "Électricité autoconsommée (partagée)",
        "Part de la production affectée à un consommateur, à chaque pas de mesure, dans la limite de ce qu'il consomme "
        "au même moment.",
        "Convention, articles 5.2.1 et 11.7 (annexe 7)",
    ),
    Definition(
        "complement",
        "Complément",
        "Consommation moins électricité autoconsommée : seule énergie que le fournisseur peut facturer. L'acheminement "
        "reste dû sur toute la consommation (article 6).",
        "Convention, article 5.2.1 ; code de l'énergie, article L. 315-4",
    ),
    Definition(
        "surplus",
        "Surplus collectif",
        "Production que les participants n'ont pas consommée au moment où elle était produite, répartie entre les "
        "producteurs.",
        "Convention, articles 5.1.3, 9 et 11.7 (annexe 7)",
    ),
    Definition(
        "self_consumption_rate",
        "Taux d'autoconsommation",
        "Électricité autoconsommée divisée par la production.",
        "Indicateur nommé par la convention (article 11.6.1.3), qui n'en donne pas la formule",
    ),
    Definition(
        "self_production_rate",
        "Taux d'autoproduction",
        "Électricité autoconsommée divisée par la consommation.",
        "Indicateur nommé par la convention (article 11.6.1.3), qui n'en donne pas la formule",
    ),
    Definition(
        "coverage_rate",
        "Taux de couverture",
        "Production divisée par la consommation, sans tenir compte des heures.",
        "Indicateur nommé par la convention (article 11.6.1.3), qui n'en donne pas la formule",
    ),
    Definition(
        "keys",
        "Clés de répartition",
        "Part de la production affectée à chaque consommateur. Statiques : fixes. Dynamiques : différentes à chaque "
        "pas. Par défaut : calculées par Enedis au prorata des consommations.",
        "Convention, articles 4.1 à 4.4 et 9 ; code de l'énergie, article D. 315-6",
    ),
    Definition(
        "estimated",
        "Valeurs estimées",
        "Points absents remplacés : jusqu'à une heure, par interpolation ; au-delà, par les valeurs de la semaine "
        "précédente.",
        "Convention, article 5.2.3",
    ),
    Definition(
        "recomputed",
        "Recalculé et publié",
        "« Recalculé » : nos valeurs, refaites à partir des courbes de consommation et de production et des clés. "
        "« Publié » : les valeurs reçues d'Enedis. L'écart est recalculé moins publié.",
        "Convention, articles 5.2.2 et 11.6 (annexe 6)",
    ),
    Definition(
        "difference",
        "Écart, et valeurs publiées qui diffèrent de peu",
        "Enedis publie ses courbes en watts entiers, tronqués, et arrondit sa synthèse à partir des valeurs exactes : "
        "la synthèse et les sommes des courbes publiées diffèrent de quelques kWh. Un écart de cet ordre n'est pas "
        "une erreur.",
        "Constaté sur les fichiers publiés",
    ),
)
