"""Personal data: what may leave the house, and under which names; how somebody is forgotten."""

from energy_pipeline.privacy.erasure import ACCOUNTS, ENERGIES, Held, InboxFile, erase, find, remaining
from energy_pipeline.privacy.export import export
from energy_pipeline.privacy.pseudonyms import PrivacyError, read_key
from energy_pipeline.privacy.register import known as forgotten

__all__ = [
    "ACCOUNTS",
    "ENERGIES",
    "Held",
    "InboxFile",
    "PrivacyError",
    "erase",
    "export",
    "find",
    "forgotten",
    "read_key",
    "remaining",
]
