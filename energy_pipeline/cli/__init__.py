"""Command line `energy-pipeline`: one module per group of commands, gathered in `app`."""

from energy_pipeline.cli.app import app

__all__ = ["app"]
