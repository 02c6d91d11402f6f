"""The checks by family: what each module judges stands in its own docstring."""

from energy_pipeline.bill_checks.families import contract, gas, identity, period, plausibility, price, quantity, status

CHECKS = (
    *identity.CHECKS,
    *period.CHECKS,
    *quantity.CHECKS,
    *plausibility.CHECKS,
    *contract.CHECKS,
    *price.CHECKS,
    *gas.CHECKS,
    *status.CHECKS,
)
"""All the checks, each after those whose failure leaves it without object."""

__all__ = ["CHECKS"]
