"""Quality of the published marts: rules of plausibility, checked by Great Expectations, told on a page in French."""

from energy_pipeline.quality.assess import Assessment, assess
from energy_pipeline.quality.page import write
from energy_pipeline.quality.rules import Result, Rule, suites

__all__ = ["Assessment", "Result", "Rule", "assess", "suites", "write"]
