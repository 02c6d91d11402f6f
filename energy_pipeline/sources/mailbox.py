"""A mailbox (IMAP) as a source: its new messages become `.eml` files of the inbox, once each.

The folder is opened for reading only: nothing is deleted, moved, or marked as read.
"""

import hashlib
import imaplib
import os
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from energy_pipeline.sources.settings import Mailbox

SUBFOLDER = "courriels"
"""Where the messages go, below the inbox."""
AT_ONCE = 500
LONGEST_STEM = 100
_ID_PARTS = "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
_WHOLE_PARTS = "(UID INTERNALDATE BODY.PEEK[])"
_UID = re.compile(rb"\bUID (\d+)")
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+=-]+")


class MailboxError(Exception):
    """The mailbox could not be read; the message, in French, says why. The password is never in it."""


@dataclass(frozen=True)
class Fetched:
    """What a visit to the mailbox gave: the files written, and the number of messages that were there already."""

    files: tuple[Path, ...]
    known: int


def fetch(settings: Mailbox, inbox: Path) -> Fetched:
    """Write each message of the folder that the inbox has not yet, anywhere below it, as `courriels/<message id>.eml`.

    A message is known by its Message-ID, else by its content. A file is dated of the message's arrival on the server.
    Raises MailboxError; what was written until then stays, and the next visit takes the rest.
    """
    known = {path.name for path in inbox.rglob("*.eml")}
    written: list[Path] = []
    try:
        with _connected(settings) as mailbox:
            uids = mailbox.uids()
            names = dict(_names(mailbox, uids))
            for uid in uids:
                # A message without Message-ID must be read whole to be known.
                if names.get(uid) in known:
                    continue
                for _, around, content in _fetched(mailbox, [uid], _WHOLE_PARTS):
                    name = names.get(uid) or file_name(None, content)
                    if name not in known:
                        known.add(name)
                        written.append(_write(inbox / SUBFOLDER / name, content, _arrival(around)))
    except MailboxLoginError as fault:
        raise MailboxError(f"{settings.host} refuse l'identifiant {settings.user} ou son mot de passe.") from fault
    except MailboxFolderSelectError as fault:
        raise MailboxError(f"Le dossier « {settings.folder} » n'existe pas chez {settings.user}.") from fault
    except ssl.SSLError as fault:
        raise MailboxError(
            f"{settings.host}:{settings.port} n'a pas pu être authentifié ({fault.reason or fault}) : vérifier le nom "
            "du serveur, security et ca_file."
        ) from fault
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as fault:
        raise MailboxError(f"Lecture de {settings.host}:{settings.port} impossible : {fault}.") from fault
    return Fetched(tuple(written), len(uids) - len(written))


def file_name(message_id: str | None, content: bytes = b"") -> str:
    """Return the name of a message's file: what can be kept of its Message-ID, and a digest that tells it apart."""
    identity = (message_id or "").strip()
    stem = _UNSAFE.sub("_", identity.strip("<>"))[:LONGEST_STEM].strip("._") or "sans-identifiant"
    digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape") or content).hexdigest()[:12]
    return f"{stem}-{digest}.eml"


def _connected(settings: Mailbox) -> BaseMailBox:
    """Return the mailbox, logged in, its folder open for reading only."""
    host, port, timeout = settings.host, settings.port, settings.timeout_seconds
    mailbox: BaseMailBox
    if settings.security == "none":
        mailbox = MailBoxUnencrypted(host, port, timeout=timeout)
    else:
        context = ssl.create_default_context(cafile=settings.ca_file)
        kind = MailBox if settings.security == "tls" else MailBoxStartTls
        mailbox = kind(host, port, timeout=timeout, ssl_context=context)
    try:
        password = settings.password or ""
        login = mailbox.login if (settings.user + password).isascii() else mailbox.login_utf8
        try:
            login(settings.user, password, initial_folder=None)
        except imaplib.IMAP4.error as fault:
            raise MailboxLoginError(("NO", []), "OK") from fault
        mailbox.folder.set(settings.folder, readonly=True)
    except BaseException:
        mailbox.client.shutdown()
        raise
    return mailbox


def _fetched(mailbox: BaseMailBox, uids: Sequence[str], parts: str) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield (uid, what the server says around it, content) of the messages."""
    kind, answer = mailbox.client.uid("FETCH", ",".join(uids), parts)
    if kind != "OK":
        raise imaplib.IMAP4.error(str(answer))
    for item, following in zip(answer, [*answer[1:], b""], strict=True):
        if not isinstance(item, tuple):
            continue
        around = item[0] + (following if isinstance(following, bytes) else b"")
        if uid := _UID.search(around):
            yield uid[1].decode(), around, item[1]


def _names(mailbox: BaseMailBox, uids: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield (uid, name of its file), None for a message that bears no Message-ID."""
    for first in range(0, len(uids), AT_ONCE):
        for uid, _, header in _fetched(mailbox, uids[first : first + AT_ONCE], _ID_PARTS):
            message_id = message_from_bytes(header)["Message-ID"]
            identity = "".join(str(message_id or "").split())
            yield uid, file_name(identity) if identity else None


def _arrival(around: bytes) -> float | None:
    """Return the seconds since 1970 at which the server received the message."""
    arrived = imaplib.Internaldate2tuple(around)
    return time.mktime(arrived) if arrived else None


def _write(path: Path, content: bytes, arrived_at: float | None) -> Path:
    """Write the message beside, then put it in place: a landing never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(content)
    if arrived_at is not None:
        os.utime(temporary, (arrived_at, arrived_at))
    return temporary.replace(path)
