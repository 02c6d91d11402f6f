"""Where a finding or a figure comes from: files, lines, keys, and the rule with its article."""

from energy_pipeline.tracing.figure import explain_figure
from energy_pipeline.tracing.finding import explain_finding
from energy_pipeline.tracing.model import Explanation, TracingError

__all__ = ["Explanation", "TracingError", "explain_figure", "explain_finding"]
