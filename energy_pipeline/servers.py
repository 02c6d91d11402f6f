"""Files of settings that name a server (`mail.toml`, `mailbox.toml`): read, checked and refused by the same rules.

What is secret is never shown: neither printed nor in an error.
"""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

SECURITIES = ("tls", "starttls", "none")
_RANGES = {"port": range(1, 65536), "timeout_seconds": range(1, 3601)}
_AT_LINE = re.compile(r"at line (\d+)")


class SettingsError(Exception):
    """A setting is absent or wrong; the message, in French, says which and what to do."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """How a server is reached. `ca_file`: certificate of an authority of one's own; `password` is never written."""

    host: str
    port: int
    security: str
    user: str | None
    password_file: str | None = None
    ca_file: str | None = None
    timeout_seconds: int
    password: str | None = field(default=None, repr=False)


S = TypeVar("S", bound=Server)


def read_toml(content: bytes, where: str) -> dict[str, Any]:
    """Return what a TOML file says. Raises SettingsError, without a word of what is written."""
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        line = _AT_LINE.search(str(fault))
        # The library's own message may quote what is written: a password must not get into a log.
        raise SettingsError(f"{where} : mal écrit{f' (ligne {line[1]})' if line else ''}.") from None


def parse(kind: type[S], path: Path) -> S:
    """Return the settings written in `path`, without password. Raises SettingsError: unknown, absent or wrong."""
    written = {name: value for name, value in read_toml(path.read_bytes(), str(path)).items() if value != ""}
    known = {one.name: one for one in fields(kind) if one.name != "password"}
    for name in written:
        if name not in known:
            raise SettingsError(f"{path} : réglage inconnu « {name} ». Réglages possibles : {', '.join(known)}.")
    for name, one in known.items():
        if one.default is MISSING and name not in written:
            raise SettingsError(f"{path} : le réglage « {name} » manque.")
    settings = kind(**{name: _value(path, name, known[name].type, value) for name, value in written.items()})
    if settings.security not in SECURITIES:
        raise SettingsError(f"{path} : « security » doit être {', '.join(SECURITIES)}, pas « {settings.security} ».")
    if settings.user is not None and settings.security == "none" and not _is_this_machine(settings.host):
        raise SettingsError(
            f'{path} : un mot de passe ne part pas en clair sur le réseau ; choisir security = "tls" ou "starttls".'
        )
    return settings


def read(kind: type[S], path: Path, environment: Mapping[str, str], variable: str, example: Path) -> S:
    """Return the settings of `path`, its files beside it, with the password that `variable` or a file gives.

    Raises SettingsError: no file (`example` is to be copied), unknown or wrong setting, login without password.
    """
    if not path.is_file():
        raise SettingsError(f"{path} n'existe pas : copier {example} en {path}, puis l'adapter.")
    settings = parse(kind, path)
    if settings.ca_file is not None:
        settings = replace(settings, ca_file=str(path.parent / settings.ca_file))
    if settings.user is None:
        return settings
    password = environment.get(variable) or _password_of_file(path.parent, settings)
    if not password:
        raise SettingsError(
            f"{path} donne un identifiant ({settings.user}) sans mot de passe : le mettre dans la variable "
            f"d'environnement {variable}, ou dans un fichier que nomme password_file."
        )
    return replace(settings, password=password)


def _value(path: Path, name: str, kind: Any, value: Any) -> Any:
    if kind in {int, float}:
        numbers = _RANGES.get(name)
        is_number = isinstance(value, int if kind is int else int | float) and not isinstance(value, bool)
        if not is_number or (numbers and value not in numbers):
            among = f" de {numbers.start} à {numbers.stop - 1}" if numbers else ""
            raise SettingsError(f"{path} : « {name} » doit être un nombre{among}, pas {value!r}.")
        return value
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise SettingsError(f"{path} : « {name} » doit être une liste de textes, pas {value!r}.")
        return tuple(value)
    if not isinstance(value, str):
        raise SettingsError(f"{path} : « {name} » doit être un texte entre guillemets, pas {value!r}.")
    return value


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password_of_file(home: Path, settings: Server) -> str | None:
    if settings.password_file is None:
        return None
    path = home / settings.password_file
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"Le fichier du mot de passe {path} est illisible : {type(fault).__name__}.") from fault
