"""French collective self-consumption (ACC): read, recompute, reconcile, report."""

__version__ = "0.1.0"
