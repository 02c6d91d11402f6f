"""What was known before: the publications that are kept, and what changed from one to another."""

from energy_pipeline.history.compare import Comparison, FigureChange, FindingChange, compare
from energy_pipeline.history.keep import HistoryError, Kept, Retention, at, instant, keep, kept, retention, said

__all__ = [
    "Comparison",
    "FigureChange",
    "FindingChange",
    "HistoryError",
    "Kept",
    "Retention",
    "at",
    "compare",
    "instant",
    "keep",
    "kept",
    "retention",
    "said",
]
