"""Who receives the report of an operation: addresses by role, as `operations.toml` declares them."""

import json
from dataclasses import dataclass

ENERGY_MANAGER, ELECTED_OFFICIAL, ACCOUNTANT = "energy_manager", "elected_official", "accountant"
ROLES = {
    ENERGY_MANAGER: "responsable de l'énergie",
    ELECTED_OFFICIAL: "élue ou élu",
    ACCOUNTANT: "comptable",
}


@dataclass(frozen=True)
class Recipient:
    """An address and its roles, in the order of ROLES."""

    address: str
    roles: tuple[str, ...]


def recipients(declared: str | None) -> tuple[Recipient, ...]:
    """Return one recipient per address of `marts.operation.recipients` (JSON), whatever the case it is written in."""
    by_role: dict[str, list[str]] = json.loads(declared or "{}")
    written: dict[str, str] = {}
    roles: dict[str, list[str]] = {}
    for role in ROLES:
        for address in by_role.get(role, ()):
            written.setdefault(address.lower(), address)
            known = roles.setdefault(address.lower(), [])
            if role not in known:
                known.append(role)
    return tuple(Recipient(written[key], tuple(roles[key])) for key in written)


def energy_managers(declared: str | None) -> tuple[str, ...]:
    """Return the addresses of the energy managers."""
    return tuple(one.address for one in recipients(declared) if ENERGY_MANAGER in one.roles)
