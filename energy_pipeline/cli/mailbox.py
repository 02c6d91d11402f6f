"""The command that fills the inbox from the mailbox of the installation."""

import os

from energy_pipeline.cli.console import HomeOption, InboxOption, clear_errors, console


def fetch(home: HomeOption, inbox: InboxOption) -> None:
    """Copy the new messages of the mailbox into the inbox; nothing is deleted there, nor marked as read."""
    from energy_pipeline import sources

    with clear_errors(sources.SettingsError, sources.MailboxError):
        settings = sources.read_mailbox(home, os.environ)
        with console.status(f"Lecture de la boîte {settings.user}…"):
            found = sources.fetch(settings, inbox)
    count = len(found.files)
    new = f"{count} nouveaux messages" if count > 1 else "1 nouveau message" if count else "Aucun nouveau message"
    console.print(f"{new} ({inbox / sources.SUBFOLDER}), {found.known} déjà dans la boîte de dépôt.", soft_wrap=True)
