"""What a mail is before it is an e-mail: to whom, about what, and how its body is made when it must leave."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MailError(Exception):
    """Mails cannot be sent; the message, in French, says why and what to do."""


@dataclass(frozen=True)
class File:
    """A part of a mail that is a file: an attachment, or a picture shown in the page, under its name."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Body:
    """What the reader sees: the same content as text and as HTML; `cid:<name>` in the HTML shows a picture."""

    text: str
    html: str
    pictures: tuple[File, ...] = ()
    attachments: tuple[File, ...] = ()


@dataclass(frozen=True)
class Item:
    """A subject told to a recipient once: its key, and the digest of what is told, without form nor date.

    The same digest is never told twice; another digest of the same key corrects the one that was told.
    """

    key: str
    digest: str


@dataclass(frozen=True)
class Message:
    """A mail to one recipient. `body` makes its content, given when the version that it corrects was sent."""

    items: tuple[Item, ...]
    recipient: str
    subject: str
    body: Callable[[datetime | None], Body]

    @property
    def identifier(self) -> str:
        """Digest that is the same at each attempt to tell the same to the same reader: 32 hexadecimal digits."""
        return digest(self.recipient, *(part for item in self.items for part in (item.key, item.digest)))[:32]


class Status(StrEnum):
    """What became of a message."""

    SENT = "sent"
    CORRECTED = "corrected"
    ALREADY_SENT = "already_sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    REFUSED_BEFORE = "refused_before"

    @property
    def said(self) -> str:
        """In French."""
        return _SAID[self]


_SAID = {
    Status.SENT: "Envoyé",
    Status.CORRECTED: "Rectifié",
    Status.ALREADY_SENT: "Déjà envoyé",
    Status.DEFERRED: "Remis à plus tard",
    Status.REFUSED: "Refusé",
    Status.REFUSED_BEFORE: "Refusé auparavant",
}


@dataclass(frozen=True)
class Result:
    """What became of the message for one recipient; `error` in French with the server's own words."""

    recipient: str
    subject: str
    status: Status
    error: str | None = None


def digest(*parts: str) -> str:
    """Return a SHA-256 of texts, in hexadecimal; ('ab', 'c') and ('a', 'bc') differ."""
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()
