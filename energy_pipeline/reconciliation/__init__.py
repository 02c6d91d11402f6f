"""Compare and conclude: published figures beside ours, bills beside curves; findings, verdicts, euros."""

from energy_pipeline.reconciliation.bills import days_needed
from energy_pipeline.reconciliation.month import Reconciled, conclude, reconcile_month
from energy_pipeline.reconciliation.reduction import Reduced, concat, reduce_curves

__all__ = ["Reconciled", "Reduced", "concat", "conclude", "days_needed", "reconcile_month", "reduce_curves"]
