"""Where files come from besides hands: a mailbox that fills the inbox; and the passwords of what arrives encrypted."""

from energy_pipeline.sources.mailbox import SUBFOLDER, Fetched, MailboxError, fetch
from energy_pipeline.sources.settings import Mailbox, SettingsError, read_mailbox, read_passwords

__all__ = [
    "SUBFOLDER",
    "Fetched",
    "Mailbox",
    "MailboxError",
    "SettingsError",
    "fetch",
    "read_mailbox",
    "read_passwords",
]
