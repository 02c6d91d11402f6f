"""What is due and what is there: deadlines of the convention, files that a period calls for, the calendar file."""

from energy_pipeline.follow_up.calendar_file import calendar_file
from energy_pipeline.follow_up.completeness import completeness
from energy_pipeline.follow_up.consents import consent_issues, consents
from energy_pipeline.follow_up.deadlines import deadlines
from energy_pipeline.follow_up.known_periods import known_periods

__all__ = ["calendar_file", "completeness", "consent_issues", "consents", "deadlines", "known_periods"]
