"""Benchmark: one module per subject, each gives the lines of a table. `python -m bench --help`."""
