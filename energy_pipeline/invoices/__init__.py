"""Suppliers' invoices: latest version of each detail, invoices and components, sites, totals that add up or not."""

from energy_pipeline.invoices.checks import total_mismatches
from energy_pipeline.invoices.details import latest_details
from energy_pipeline.invoices.model import invoice_lines, invoices
from energy_pipeline.invoices.registers import with_registers
from energy_pipeline.invoices.sites import sites

__all__ = ["invoice_lines", "invoices", "latest_details", "sites", "total_mismatches", "with_registers"]
