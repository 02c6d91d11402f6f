"""`mailbox.toml` and `passwords.toml` in the home. What is secret is never shown: neither printed nor in an error."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from energy_pipeline.settings import REFERENCE

MAILBOX_FILE, PASSWORDS_FILE = "mailbox.toml", "passwords.toml"
MAILBOX_EXAMPLE = REFERENCE / "mailbox.example.toml"
MAILBOX_PASSWORD_VARIABLE = "ENERGY_PIPELINE_IMAP_PASSWORD"
PASSWORDS_VARIABLE = "ENERGY_PIPELINE_ZIP_PASSWORDS"
SECURITIES = ("tls", "starttls", "none")
_AT_LINE = re.compile(r"at line (\d+)")


class SettingsError(Exception):
    """A setting is absent or wrong; the message, in French, says which and what to do."""


@dataclass(frozen=True)
class Mailbox:
    """Where the mails of Enedis arrive. `ca_file`: certificate of an authority of one's own."""

    host: str
    user: str
    port: int = 993
    security: str = "tls"
    folder: str = "INBOX"
    password_file: str | None = None
    ca_file: str | None = None
    timeout_seconds: int = 60
    password: str = field(default="", repr=False)


_KNOWN = tuple(one.name for one in fields(Mailbox) if one.name != "password")
_NUMBERS = {"port": range(1, 65536), "timeout_seconds": range(1, 3601)}


def read_mailbox(home: Path, environment: Mapping[str, str]) -> Mailbox:
    """Return the settings of `home`/mailbox.toml, with the password that `environment` or the file named there gives.

    Raises SettingsError: no file, unknown or wrong setting, no password.
    """
    path = home / MAILBOX_FILE
    if not path.is_file():
        raise SettingsError(f"Pas de boîte aux lettres réglée : copier {MAILBOX_EXAMPLE} en {path}, puis l'adapter.")
    written = _toml(path.read_bytes(), str(path))
    for name in written:
        if name not in _KNOWN:
            raise SettingsError(f"{path} : réglage inconnu « {name} ». Réglages possibles : {', '.join(_KNOWN)}.")
    for name in ("host", "user"):
        if not written.get(name):
            raise SettingsError(f"{path} : le réglage « {name} » manque.")
    settings = Mailbox(**{name: _value(path, name, value) for name, value in written.items()})
    if settings.security not in SECURITIES:
        raise SettingsError(f"{path} : « security » doit être {', '.join(SECURITIES)}, pas « {settings.security} ».")
    if settings.security == "none" and not _is_this_machine(settings.host):
        raise SettingsError(
            f'{path} : un mot de passe ne part pas en clair sur le réseau ; choisir security = "tls" ou "starttls".'
        )
    password = environment.get(MAILBOX_PASSWORD_VARIABLE) or _password_of_file(settings, home)
    if not password:
        raise SettingsError(
            f"Pas de mot de passe pour {settings.user} : le mettre dans la variable d'environnement "
            f"{MAILBOX_PASSWORD_VARIABLE}, ou dans un fichier que nomme password_file dans {path}."
        )
    return replace(settings, password=password)


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
        for key, value in _toml(content, where).items():
            values = value if isinstance(value, list) else [value]
            if not values or not all(isinstance(one, str) and one for one in values):
                raise SettingsError(f"{where} : « {key} » doit être un mot de passe entre guillemets, ou une liste.")
            for one in values:
                found[key if key not in found else f"{key} ({len(found)})"] = one
    return found


def _toml(content: bytes, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        line = _AT_LINE.search(str(fault))
        # The library's own message may quote what is written: a password must not get into a log.
        raise SettingsError(f"{where} : mal écrit{f' (ligne {line[1]})' if line else ''}.") from None


def _value(path: Path, name: str, value: Any) -> Any:
    if name in _NUMBERS:
        if not isinstance(value, int) or isinstance(value, bool) or value not in _NUMBERS[name]:
            numbers = _NUMBERS[name]
            raise SettingsError(f"{path} : « {name} » doit être un nombre de {numbers.start} à {numbers.stop - 1}.")
        return value
    if not isinstance(value, str):
        raise SettingsError(f"{path} : « {name} » doit être un texte entre guillemets.")
    return value


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password_of_file(settings: Mailbox, home: Path) -> str | None:
    if settings.password_file is None:
        return None
    path = home / settings.password_file
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"Le fichier du mot de passe {path} est illisible : {type(fault).__name__}.") from fault
