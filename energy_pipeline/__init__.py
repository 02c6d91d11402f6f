"""French collective self-consumption (ACC): read, recompute, reconcile, report."""
