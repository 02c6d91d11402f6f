"""Orchestration: names assets, partitions, checks, jobs, schedules and sensors; computes nothing."""
