"""Reminders: keys that Enedis must have soon, to who manages the energy; once per operation and period."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from energy_pipeline import french, warehouse
from energy_pipeline.formats import annexe2_write, dynamic_keys_write
from energy_pipeline.mail import templating
from energy_pipeline.mail.model import Body, Item, Message
from energy_pipeline.mail.recipients import energy_managers
from energy_pipeline.mail.settings import Settings
from energy_pipeline.periods.deadlines import REMINDED_DAYS_BEFORE
from energy_pipeline.settings import Home

KEY, TOLD = "rappel", "told"
A_YEAR = timedelta(days=365)
OUT = "cles"
"""Folder in which the commands write the file to send."""


@dataclass(frozen=True)
class KeysDue:
    """Keys that an operation is to send by `due_on`: those of a period, or static ones for the day that follows it.

    `is_computed`: the curves of the period are there; `step_minutes`: of the latest curves, None when there are none.
    """

    operation_id: str
    name: str
    key_type: str
    due_on: date
    period_start: date
    period_end: date
    recipients: str | None
    step_minutes: int | None
    is_computed: bool

    @property
    def effect_on(self) -> date:
        """Day on which static keys would apply: the DAM that closes the period."""
        return self.period_end + timedelta(days=1)


def due(publication: Path, day: date) -> tuple[KeysDue, ...]:
    """Return the keys to send within three days of `day`, of which no file received shows that they were sent."""
    last_day = day + timedelta(days=REMINDED_DAYS_BEFORE)
    with warehouse.connect(publication, read_only=True) as connection:
        rows = warehouse.run(connection, "mail/keys_due", day=day, last_day=last_day)
    return tuple(KeysDue(**row) for row in rows.iter_rows(named=True))


def reminders(home: Path, day: date, settings: Settings) -> Iterator[Message]:
    """Return the mails, for `deliver`, that remind on `day` of the keys to send, one per operation, period and reader.

    They go to the energy managers of the operation, else to those who receive what has none.
    """
    for keys in due(Home(home).publication, day):
        item = Item(f"{KEY}/{keys.operation_id}/{keys.period_start}", TOLD)
        for address in energy_managers(keys.recipients) or settings.others_to:
            yield Message((item,), address, _subject(keys), partial(body, keys, home, day))


def _subject(keys: KeysDue) -> str:
    what = "dernier jour pour changer la clé statique" if keys.key_type == "static" else "clés à transmettre à Enedis"
    when = french.day(keys.due_on)
    return f"Rappel : {what}, {f'le {when}' if keys.key_type == 'static' else f'au plus tard le {when}'}, {keys.name}"


def body(keys: KeysDue, home: Path, day: date, _corrects: datetime | None = None) -> Body:
    """Return what the reminder of `day` says."""
    commands = _commands(keys, home)
    values = {"keys": keys, "commands": commands, "file": f"{OUT}/{_file(keys, day)}"}
    return Body(templating.text("reminder", **values), templating.html("reminder", **values))


def _commands(keys: KeysDue, home: Path) -> tuple[str, str]:
    """Return the commands that compare a key with the current one, and write it."""
    if keys.key_type == "static":
        # A static key is kept for all seasons: it is computed on a year.
        days = f"--from {keys.effect_on - A_YEAR} --objective static"
    else:
        days = f"--from {keys.period_start} --to {keys.period_end} --objective fair"
    about = f"--home {shlex.quote(str(home))} --operation {keys.operation_id} {days}"
    return f"energy-pipeline keys propose {about}", f"energy-pipeline keys export {about} --out {OUT}"


def _file(keys: KeysDue, day: date) -> str:
    if keys.key_type == "static":
        return annexe2_write.file_name(keys.operation_id, day, "2.12")
    return dynamic_keys_write.file_name(keys.operation_id, keys.period_start, keys.period_end, keys.step_minutes or 15)
