"""Mails: the report of each operation and period to its readers, the alerts, the reminders; each delivered once."""

from energy_pipeline.mail.alerts import FailedCheck, FailedRun
from energy_pipeline.mail.delivery import alert_messages, deliver, notices, preview
from energy_pipeline.mail.model import MailError, Result, Status
from energy_pipeline.mail.report import messages, months_to_send, sent_at
from energy_pipeline.mail.settings import Settings, preview_settings, read_settings, settings_path

__all__ = [
    "FailedCheck",
    "FailedRun",
    "MailError",
    "Result",
    "Settings",
    "Status",
    "alert_messages",
    "deliver",
    "messages",
    "months_to_send",
    "notices",
    "preview",
    "preview_settings",
    "read_settings",
    "sent_at",
    "settings_path",
]
