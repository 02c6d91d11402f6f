"""`mail.toml` in the home: the server, the sender, the limits. The password stands elsewhere, and is never shown."""

import ipaddress
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from email.headerregistry import Address
from pathlib import Path
from typing import Any

from energy_pipeline.mail.model import MailError
from energy_pipeline.settings import REFERENCE

FILE_NAME = "mail.toml"
EXAMPLE = REFERENCE / "mail.example.toml"
PASSWORD_VARIABLE = "ENERGY_PIPELINE_SMTP_PASSWORD"
_ADDRESS = re.compile(r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+)@([\w-]+(?:\.[\w-]+)*)")
SECURITIES = ("starttls", "tls", "none")


@dataclass(frozen=True)
class Settings:
    """How mails leave. `sender` and `reply_to` may bear a name: `Nom <adresse>`."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    timeout_seconds: int = 30
    reply_to: str | None = None
    list_id: str | None = None
    max_attachment_mb: float = 10
    reports_url: str | None = None
    alerts_to: tuple[str, ...] = ()
    default_to: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)

    @property
    def sender_domain(self) -> str:
        """Domain of the sender's address, for the Message-ID."""
        return parse_address(self.sender).domain

    @property
    def others_to(self) -> tuple[str, ...]:
        """Who receives what has no energy manager: what belongs to no operation, or to one that declares none."""
        return self.default_to or self.alerts_to


_KINDS: dict[str, tuple[type, ...]] = {
    "port": (int,),
    "timeout_seconds": (int,),
    "max_attachment_mb": (int, float),
    "alerts_to": (list,),
    "default_to": (list,),
}
_KNOWN = tuple(item.name for item in fields(Settings) if item.name != "password")


def read_settings(home: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of `home`/mail.toml, with the password that `environment` or the file named there gives.

    Raises MailError: no file, unknown or wrong setting, login without password.
    """
    path = home / FILE_NAME
    if not path.is_file():
        raise MailError(f"Pas de réglage du courriel : copier {EXAMPLE} en {path}, puis l'adapter.")
    settings = parse(path)
    if settings.ca_file is not None:
        settings = replace(settings, ca_file=str(home / settings.ca_file))
    if settings.user is None:
        return settings
    password = environment.get(PASSWORD_VARIABLE) or _password_of_file(settings, home)
    if not password:
        raise MailError(
            f"{path} donne un identifiant ({settings.user}) sans mot de passe : le mettre dans la variable "
            f"d'environnement {PASSWORD_VARIABLE}, ou dans un fichier que nomme password_file."
        )
    return replace(settings, password=password)


def preview_settings(home: Path) -> Settings:
    """Return the settings of `home`/mail.toml without password, those of the example if there is none."""
    path = home / FILE_NAME
    return parse(path if path.is_file() else EXAMPLE)


def parse(path: Path) -> Settings:
    """Return the settings written in `path`, without password. Raises MailError."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8-sig").replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise MailError(f"{path} est mal écrit : {fault}.") from fault
    unknown = sorted(set(written) - set(_KNOWN))
    if unknown:
        raise MailError(f"{path} : réglage inconnu « {unknown[0]} ». Réglages possibles : {', '.join(_KNOWN)}.")
    for name in ("host", "port", "sender"):
        if written.get(name) in {None, ""}:
            raise MailError(f"{path} : le réglage « {name} » manque.")
    settings = Settings(**{name: _value(path, name, value) for name, value in written.items() if value != ""})
    _check(path, settings)
    return settings


def _value(path: Path, name: str, value: Any) -> Any:
    kinds = _KINDS.get(name, (str,))
    values = value if isinstance(value, list) else ()
    if not isinstance(value, kinds) or isinstance(value, bool) or not all(isinstance(one, str) for one in values):
        wanted = {int: "un nombre", list: "une liste d'adresses", str: "un texte entre guillemets"}[kinds[0]]
        raise MailError(f"{path} : « {name} » doit être {wanted}, pas {value!r}.")
    return tuple(value) if isinstance(value, list) else value


def _check(path: Path, settings: Settings) -> None:
    if settings.security not in SECURITIES:
        raise MailError(f"{path} : « security » doit être {', '.join(SECURITIES)}, pas « {settings.security} ».")
    for name, numbers in (("port", range(1, 65536)), ("timeout_seconds", range(1, 3601))):
        if getattr(settings, name) not in numbers:
            raise MailError(f"{path} : « {name} » doit être de {numbers.start} à {numbers.stop - 1}.")
    if settings.max_attachment_mb < 0:
        raise MailError(f"{path} : « max_attachment_mb » doit être positif ou nul.")
    addresses = [("sender", settings.sender), ("reply_to", settings.reply_to)]
    addresses += [(name, address) for name in ("alerts_to", "default_to") for address in getattr(settings, name)]
    for name, written in addresses:
        try:
            if written is not None:
                parse_address(written)
        except ValueError as fault:
            raise MailError(f"{path} : « {name} » n'est pas une adresse : {written!r}.") from fault
    if settings.list_id and not all(c.isascii() and (c.isalnum() or c in ".-_") for c in settings.list_id):
        raise MailError(f"{path} : « list_id » s'écrit comme un nom de domaine, par exemple rapports.commune.example.")
    if settings.user and settings.security == "none" and not _is_this_machine(settings.host):
        raise MailError(
            f'{path} : un mot de passe ne part pas en clair sur le réseau ; choisir security = "starttls" ou "tls".'
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _password_of_file(settings: Settings, home: Path) -> str | None:
    if settings.password_file is None:
        return None
    path = home / settings.password_file
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as fault:
        raise MailError(f"Le fichier du mot de passe {path} est illisible : {type(fault).__name__}.") from fault


def parse_address(written: str) -> Address:
    """Return `adresse` or `Nom <adresse>` as an address; accents may stand in the name and the domain only.

    Raises ValueError.
    """
    display, opening, rest = written.rpartition("<")
    found = _ADDRESS.fullmatch(rest.removesuffix(">") if opening else written)
    if found is None or (opening and not rest.endswith(">")):
        raise ValueError(written)
    local, domain = found.groups()
    return Address(" ".join(display.split()).strip('"'), local, domain.encode("idna").decode("ascii"))
