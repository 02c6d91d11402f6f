"""Supplier invoices and sites: the latest version of each detail, totals, components."""
