"""Annexe 7: keys, the split of the production, the hypotheses that explain a published split."""

from energy_pipeline.allocation.keys import distribution_keys
from energy_pipeline.allocation.month import Computed, compute

__all__ = ["Computed", "compute", "distribution_keys"]
