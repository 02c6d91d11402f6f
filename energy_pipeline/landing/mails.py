"""Mails as deliveries: attachments, date, subject, and the password that a second mail brings."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from energy_pipeline.formats.model import BadFile

_PASSWORD = re.compile(r"mot\s+de\s+passe\s+suivant\s*:\s*(\S+)", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]+>")
_DECORATION = ("image/",)


@dataclass(frozen=True)
class Mail:
    """A mail: `attachments` by name, a second one of the same name renamed."""

    subject: str
    sent_at: datetime | None
    attachments: dict[str, bytes]
    password: str | None


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    if body is None:
        return ""
    content = body.get_content()
    return _TAGS.sub(" ", content) if body.get_content_subtype() == "html" else content


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        found = parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _free(name: str, taken: dict[str, bytes]) -> str:
    """Return `name`, numbered if already taken: attachments are always called export.zip."""
    stem, dot, suffix = name.rpartition(".")
    number, free = 2, name
    while free in taken:
        free = f"{stem or suffix} ({number}){dot if stem else ''}{suffix if stem else ''}"
        number += 1
    return free


def parse(content: bytes) -> Mail:
    """Return the mail in an .eml file; attached mails are attachments ending in `.eml`, images of signatures none.

    Raises BadFile for a mail so mangled that its parts cannot be decoded.
    """
    try:
        return _parse(content)
    except (LookupError, ValueError, TypeError, AttributeError) as fault:
        raise BadFile("Mail illisible : il est abîmé ou n'en est pas un.") from fault


def _parse(content: bytes) -> Mail:
    message = email.message_from_bytes(content, policy=email.policy.default)
    attachments: dict[str, bytes] = {}
    for part in message.iter_attachments():
        if part.get_content_maintype() == "message":
            name, inner = "message.eml", part.get_content().as_bytes()
        else:
            name = (part.get_filename() or "").replace("\\", "/").rsplit("/", 1)[-1]
            inner = part.get_payload(decode=True)
        if not name or part.get_content_type().startswith(_DECORATION) or not isinstance(inner, bytes):
            continue
        attachments[_free(name, attachments)] = inner
    found = _PASSWORD.search(_text(message))
    return Mail(str(message["Subject"] or ""), _sent_at(message), attachments, found[1] if found else None)
