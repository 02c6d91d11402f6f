"""Stable names in the place of those that tell who somebody is: only the holder of the key can find them again."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_FILE = "pseudonyms.key"
REGISTER_FILE = "forgotten.csv"
"""Points whose holder is forgotten, under the stand-ins that the key makes (see `register`)."""
_KEY_BYTES = 32


class PrivacyError(Exception):
    """Personal data cannot be handled as asked; the message, in French, says why and what to do."""


def read_key(home: Path) -> bytes:
    """Return the key of the installation, `home`/pseudonyms.key, made at the first use and readable by its owner only.

    Raises PrivacyError when the file is not such a key, or is gone while the register of forgotten points needs it.
    """
    path = home / KEY_FILE
    if not path.exists() and (home / REGISTER_FILE).exists():
        raise PrivacyError(
            f"{path} manque : sans lui, les participants effacés ({REGISTER_FILE}) ne seraient plus reconnus. "
            "Le remettre depuis une sauvegarde."
        )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        descriptor = None
    if descriptor is not None:
        with os.fdopen(descriptor, "w", encoding="ascii") as new:
            new.write(secrets.token_hex(_KEY_BYTES) + "\n")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise PrivacyError(
            f"{path} n'est pas une clé : la remettre depuis une sauvegarde, ou l'effacer. "
            "Une nouvelle clé donne d'autres pseudonymes."
        )
    return key


def pseudonym(key: bytes, kind: str, value: str) -> str:
    """Return the name that stands for `value`: the same for the same key, kind and value (HMAC-SHA-256)."""
    digest = hmac.new(key, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
    return f"{kind}-{digest[:20]}"


def stand_in(key: bytes, prm: str) -> str:
    """Return the 14 digits that stand for a PRM in files and tables: `00`, with which no PRM starts, then twelve."""
    digest = hmac.new(key, f"prm\0{prm}".encode(), hashlib.sha256).digest()
    return f"00{int.from_bytes(digest[:8]) % 10**12:012d}"
