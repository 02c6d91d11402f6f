"""`mailbox.toml` and `passwords.toml` in the home. What is secret is never shown: neither printed nor in an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from energy_pipeline import servers
from energy_pipeline.servers import SettingsError
from energy_pipeline.settings import REFERENCE

MAILBOX_FILE, PASSWORDS_FILE = "mailbox.toml", "passwords.toml"
MAILBOX_EXAMPLE = REFERENCE / "mailbox.example.toml"
MAILBOX_PASSWORD_VARIABLE = "ENERGY_PIPELINE_IMAP_PASSWORD"
PASSWORDS_VARIABLE = "ENERGY_PIPELINE_ZIP_PASSWORDS"


@dataclass(frozen=True, kw_only=True)
class Mailbox(servers.Server):
    """Where the mails of Enedis arrive."""

    user: str
    port: int = 993
    security: str = "tls"
    folder: str = "INBOX"
    timeout_seconds: int = 60


def read_mailbox(home: Path, environment: Mapping[str, str]) -> Mailbox:
    """Return the settings of `home`/mailbox.toml, with the password that `environment` or the file named there gives.

    Raises SettingsError: no file, unknown or wrong setting, no password.
    """
    path = home / MAILBOX_FILE
    return servers.read(Mailbox, path, environment, MAILBOX_PASSWORD_VARIABLE, MAILBOX_EXAMPLE)


def read_passwords(home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the passwords of encrypted archives, by operation, by path below the inbox, or by any other word.

    They come from `home`/passwords.toml and from the environment, both written `ACC00000001 = "secret"`, or a list of
    several; neither needs to be there. Raises SettingsError, without a word of what is written.
    """
    path = home / PASSWORDS_FILE
    sources = [(str(path), path.read_bytes())] if path.is_file() else []
    if PASSWORDS_VARIABLE in environment:
        sources.append((f"La variable {PASSWORDS_VARIABLE}", environment[PASSWORDS_VARIABLE].encode()))
    found: dict[str, str] = {}
    for where, content in sources:
        for key, value in servers.read_toml(content, where).items():
            values = value if isinstance(value, list) else [value]
            if not values or not all(isinstance(one, str) and one for one in values):
                raise SettingsError(f"{where} : « {key} » doit être un mot de passe entre guillemets, ou une liste.")
            for one in values:
                found[key if key not in found else f"{key} ({len(found)})"] = one
    return found
