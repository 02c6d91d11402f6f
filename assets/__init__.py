"""Orchestration: names assets, partitions, checks, jobs, schedules and sensors; computes nothing."""

import warnings

import dagster as dg

# `backfill_policy` is in beta; dagster is held to one minor version, on which the runs of several months are tested.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
