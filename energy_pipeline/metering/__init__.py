"""Curves: who participates when, the latest version of each step, gaps, time slots."""
