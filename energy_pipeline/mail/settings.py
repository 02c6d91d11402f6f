"""`mail.toml` in the home: the server, the sender, the limits. The password stands elsewhere, and is never shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.headerregistry import Address
from pathlib import Path

from energy_pipeline import servers
from energy_pipeline.servers import SettingsError
from energy_pipeline.settings import REFERENCE

FILE_NAME = "mail.toml"
EXAMPLE = REFERENCE / "mail.example.toml"
PASSWORD_VARIABLE = "ENERGY_PIPELINE_SMTP_PASSWORD"
_ADDRESS = re.compile(r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+)@([\w-]+(?:\.[\w-]+)*)")


@dataclass(frozen=True, kw_only=True)
class Settings(servers.Server):
    """How mails leave. `sender` and `reply_to` may bear a name: `Nom <adresse>`."""

    sender: str
    security: str = "starttls"
    user: str | None = None
    timeout_seconds: int = 30
    reply_to: str | None = None
    list_id: str | None = None
    max_attachment_mb: float = 10
    reports_url: str | None = None
    alerts_to: tuple[str, ...] = ()
    default_to: tuple[str, ...] = ()

    @property
    def sender_domain(self) -> str:
        """Domain of the sender's address, for the Message-ID."""
        return parse_address(self.sender).domain

    @property
    def others_to(self) -> tuple[str, ...]:
        """Who receives what has no energy manager: what belongs to no operation, or to one that declares none."""
        return self.default_to or self.alerts_to


def settings_path(home: Path) -> Path:
    """Return where the settings of `home` stand."""
    return home / FILE_NAME


def read_settings(home: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings of `home`/mail.toml, with the password that `environment` or the file named there gives.

    Raises SettingsError: no file, unknown or wrong setting, login without password.
    """
    path = settings_path(home)
    return _checked(path, servers.read(Settings, path, environment, PASSWORD_VARIABLE, EXAMPLE))


def preview_settings(home: Path) -> Settings:
    """Return the settings of `home`/mail.toml without password, those of the example if there is none."""
    written = settings_path(home)
    path = written if written.is_file() else EXAMPLE
    return _checked(path, servers.parse(Settings, path))


def _checked(path: Path, settings: Settings) -> Settings:
    if settings.max_attachment_mb < 0:
        raise SettingsError(f"{path} : « max_attachment_mb » doit être positif ou nul.")
    addresses = [("sender", settings.sender), ("reply_to", settings.reply_to)]
    addresses += [(name, address) for name in ("alerts_to", "default_to") for address in getattr(settings, name)]
    for name, written in addresses:
        try:
            if written is not None:
                parse_address(written)
        except ValueError as fault:
            raise SettingsError(f"{path} : « {name} » n'est pas une adresse : {written!r}.") from fault
    if settings.list_id and not all(c.isascii() and (c.isalnum() or c in ".-_") for c in settings.list_id):
        raise SettingsError(
            f"{path} : « list_id » s'écrit comme un nom de domaine, par exemple rapports.commune.example."
        )
    return settings


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
