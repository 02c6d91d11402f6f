"""Compare and conclude: published figures beside ours, bills beside curves; findings, verdicts, euros."""

from energy_pipeline.reconciliation.month import Reconciled, conclude, reconcile_month
from energy_pipeline.reconciliation.needed import months_touched, periods_needed
from energy_pipeline.reconciliation.perimeter import perimeter_issues
from energy_pipeline.reconciliation.prices import timeline
from energy_pipeline.reconciliation.reduction import Reduced, reduce_curves
from energy_pipeline.reconciliation.surplus import surplus_revenue

__all__ = [
    "Reconciled",
    "Reduced",
    "conclude",
    "months_touched",
    "perimeter_issues",
    "periods_needed",
    "reconcile_month",
    "reduce_curves",
    "surplus_revenue",
    "timeline",
]
