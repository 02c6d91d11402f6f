"""What a finding says of the hypotheses tested: the one that explains, the closest, or none."""

import json
from datetime import date

import pytest

from energy_pipeline.reconciliation import explanation
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import frame
from tests.unit.reconciliation.frames import ACC, OCTOBER
from tests.unit.reconciliation.test_enedis import NOTHING_TESTED, PRICES, reduced, split_found

OLDER = "avec les clés statiques de l'Annexe 2 du 01/03/2025"


def hypotheses(*residuals, difference=400.0, operation_id=ACC):
    """Rows of marts.split_explanation: (hypothesis, description, residual), the best first."""
    return frame(marts.SPLIT_EXPLANATION, [
        {"operation_id": operation_id, "period_start": OCTOBER, "period_end": date(2025, 10, 31), "month": OCTOBER,
         "rank": rank, "hypothesis": hypothesis, "description": description, "residual_kwh": residual,
         "difference_kwh": difference}
        for rank, (hypothesis, description, residual) in enumerate(residuals, 1)])  # fmt: skip


@pytest.mark.parametrize(
    ("residual", "said"),
    [
        (0.04, f" Explication : {OLDER}, la publication est reproduite au watt près."),
        (0.3, f" Explication : {OLDER}, la publication est reproduite à 0,3\u00a0kWh près."),
        (20.0, f" Explication : {OLDER}, la publication est reproduite à 20\u00a0kWh près."),
        (20.1, f" Hypothèse la plus proche : {OLDER}, il reste 20,1\u00a0kWh inexpliqués sur 400\u00a0kWh, somme des "
               "écarts de chaque pas et de chaque consommateur, sans compensation."),
        (200.1, " Aucune des 2 hypothèses essayées ne l'explique."),
    ],
)  # fmt: skip
def test_the_sentence(residual, said):
    rows = hypotheses(("other_keys", OLDER, residual), ("default_keys", "avec les clés par défaut", 380.0))
    assert explanation.sentence(rows.reverse()) == said


def test_nothing_tested_nothing_said():
    assert explanation.sentence(NOTHING_TESTED) == ""
    assert explanation.proofs(NOTHING_TESTED) == []


def test_the_finding_says_why_and_keeps_its_euros():
    rows = hypotheses(
        ("other_keys", OLDER, 0.0), ("participant", "sans compter le consommateur A", 30.0),
        ("participant", "sans compter le consommateur B", 70.0), ("default_keys", "avec les clés par défaut", 90.0),
        difference=74.5,
    )  # fmt: skip
    (bare,) = split_found(reduced(school=300.0, roof=800.0), *PRICES)
    (fact,) = split_found(reduced(school=300.0, roof=800.0), *PRICES, tested=rows)
    assert fact["amount_eur"] == bare["amount_eur"] == pytest.approx(8.94)
    assert fact["message"] == (f"{bare['message']} Explication : {OLDER}, la publication est reproduite au watt près.")
    assert json.loads(fact["evidence"])[-3:] == [
        {"hypothesis": OLDER, "residual_kwh": 0.0},
        {"hypothesis": "sans compter le consommateur A", "residual_kwh": 30.0},
        {"hypothesis": "avec les clés par défaut", "residual_kwh": 90.0},
    ]


def test_the_hypotheses_of_another_operation_are_not_its_own():
    rows = hypotheses(("other_keys", OLDER, 0.0), operation_id="ACC00000002")
    assert split_found(reduced(school=300.0), tested=rows) == split_found(reduced(school=300.0))


def test_no_finding_no_explanation():
    assert split_found(reduced(), tested=hypotheses(("other_keys", OLDER, 0.0))) == []
