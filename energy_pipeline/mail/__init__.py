"""Mails: the report of each operation and period to its readers, and the alerts; each delivered once."""

from energy_pipeline.mail.alerts import FailedCheck, FailedRun, MissingDelivery, QuarantinedFile, of_publication
from energy_pipeline.mail.delivery import alert_messages, deliver, preview
from energy_pipeline.mail.model import MailError, Result, Status
from energy_pipeline.mail.report import messages, months_to_send, sent_at
from energy_pipeline.mail.settings import Settings, preview_settings, read_settings

__all__ = [
    "FailedCheck",
    "FailedRun",
    "MailError",
    "MissingDelivery",
    "QuarantinedFile",
    "Result",
    "Settings",
    "Status",
    "alert_messages",
    "deliver",
    "messages",
    "months_to_send",
    "of_publication",
    "preview",
    "preview_settings",
    "read_settings",
    "sent_at",
]
