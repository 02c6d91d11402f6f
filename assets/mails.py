"""Group `mails`: reports and alerts to their readers, each once. Here belongs the only asset that reaches outside."""

import os
from collections import Counter
from datetime import datetime
from itertools import chain

import dagster as dg

from assets.reports import reports
from assets.resources import Installation
from energy_pipeline import mail
from energy_pipeline.periods.grid import PARIS


def now() -> datetime:
    """Return the instant of the Date header of a mail."""
    return datetime.now(PARIS)


@dg.asset(group_name="mails", kinds={"email"}, deps=[reports], owners=["team:exploitation"])
def mails(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
    """The report of each operation to its readers, alerts and reminders to who can act; each once.

    Nothing is sent where `home/mail.toml` does not exist. What the server defers leaves with the next run, at the
    latest the next morning: a mail that cannot leave never spoils the figures.
    """
    home = installation.home_folders()
    if not (home.root / "mail.toml").is_file():
        return dg.MaterializeResult(
            metadata={"mails": "non configurés : pas de mail.toml dans le dossier des résultats"}
        )
    if not home.publication.exists():
        return dg.MaterializeResult(metadata={"mails": "rien n'est encore publié"})
    settings = mail.read_settings(home.root, os.environ)
    messages = chain(
        mail.messages(home.root, mail.months_to_send(home.root), settings),
        mail.notices(home.root, now().date(), settings),
    )
    results = mail.deliver(home.root, messages, settings, clock=now)
    for result in results:
        if result.status in {mail.Status.DEFERRED, mail.Status.REFUSED}:
            context.log.warning("%s: %s (%s)", result.recipient, result.subject, result.error)
    counts = Counter(result.status.said for result in results)
    return dg.MaterializeResult(metadata=dict(sorted(counts.items())))
