"""The deadlines as an iCalendar file (RFC 5545), that a calendar can subscribe to. Same deadlines, same bytes."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import polars as pl
from icalendar import Alarm, Calendar, Event

from energy_pipeline.periods.deadlines import cited

ALARM_BEFORE = timedelta(days=3)
REFRESHED_EVERY = timedelta(days=1)
_PARTIES = {"organiser": "personne morale organisatrice", "enedis": "Enedis"}


def calendar_file(deadlines: pl.DataFrame) -> bytes:
    """Return the calendar of `deadlines` (marts.deadline): all-day events, an alarm three days before those not done.

    An event's UID is made of the operation, the kind and the period: it survives a run that moves or fulfils it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//energy-pipeline//échéances//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "Échéances d'autoconsommation collective")
    calendar.add("x-wr-calname", "Échéances d'autoconsommation collective")
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    for row in deadlines.sort("due_on", "operation_id", "kind", "period_start").iter_rows(named=True):
        calendar.add_component(_event(row))
    made: bytes = calendar.to_ical()
    return made


def _event(row: dict[str, Any]) -> Event:
    about = row["period_start"] or row["due_on"]
    summary = f"{row['title']} — {row['operation_id']} ({cited(row['article'])})"
    event = Event()
    event.add("uid", f"{row['operation_id']}-{row['kind']}-{about:%Y%m%d}@energy-pipeline")
    event.add("dtstamp", datetime.combine(row["due_on"], time.min, UTC))
    event.add("dtstart", row["due_on"])
    event.add("dtend", row["due_on"] + timedelta(days=1))
    event.add("summary", f"{summary} : fait" if row["done"] else summary)
    event.add("description", f"{row['description']}\nÀ faire par : {_PARTIES[row['party']]}.")
    event.add("categories", ["Autoconsommation collective"])
    event.add("transp", "TRANSPARENT")
    if not row["done"]:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", -ALARM_BEFORE)
        event.add_component(alarm)
    return event
