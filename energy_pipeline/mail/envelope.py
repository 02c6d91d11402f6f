"""A message as an e-mail of the standard library: headers, text beside HTML with its pictures, attachments."""

from datetime import datetime
from email.headerregistry import HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from energy_pipeline.mail.model import Body, File, Message
from energy_pipeline.mail.settings import Settings, parse_address

CORRECTION = "Rectificatif"
# As plain text, an identifier longer than a line would be cut into encoded words, which no mail reader follows.
_HEADERS = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _HEADERS.map_to_type(_name, MessageIDHeader)  # type: ignore[arg-type]
POLICY = SMTP.clone(header_factory=_HEADERS)
LIST_NAME = "Autoconsommation collective"


def message_id(message: Message, settings: Settings) -> str:
    """Return the Message-ID: the same at each attempt, so that a second copy can be known as such."""
    return f"<{message.identifier}@{settings.sender_domain}>"


def compose(
    message: Message, body: Body, settings: Settings, at: datetime, corrects: str | None = None
) -> EmailMessage:
    """Return the e-mail of `message`, dated `at`; `corrects`: Message-ID of the mail that it replaces.

    Raises ValueError when the recipient is no address.
    """
    email = EmailMessage(policy=POLICY)
    # In a subject, no-break spaces would be encoded for nothing; line breaks and control characters are not allowed.
    subject = " ".join("".join(letter if letter.isprintable() else " " for letter in message.subject).split())
    email["Subject"] = f"{CORRECTION} : {subject}" if corrects else subject
    email["From"] = parse_address(settings.sender)
    email["To"] = parse_address(message.recipient)
    if settings.reply_to:
        email["Reply-To"] = parse_address(settings.reply_to)
    email["Date"] = format_datetime(at)
    email["Message-ID"] = message_id(message, settings)
    if corrects:
        email["In-Reply-To"] = corrects
        email["References"] = corrects
    if settings.list_id:
        email["List-Id"] = f"{LIST_NAME} <{settings.list_id}>"
    email["Auto-Submitted"] = "auto-generated"
    # Quoted-printable passes servers that know no 8BITMIME.
    email.set_content(body.text, cte="quoted-printable")
    email.add_alternative(body.html, subtype="html", cte="quoted-printable")
    page = email.get_body(("html",))
    for picture in body.pictures:
        main, sub = picture.media_type.split("/")
        page.add_related(  # type: ignore[union-attr]
            picture.data, main, sub, cid=f"<{picture.name}>", filename=f"{picture.name}.{sub}", disposition="inline"
        )
    for attachment in body.attachments:
        main, sub = attachment.media_type.split("/")
        charset = {"charset": "utf-8"} if main == "text" else {}
        email.add_attachment(attachment.data, main, sub, filename=attachment.name, params=charset)
    email["Content-Language"] = "fr"
    return email


def fitting(files: tuple[File, ...], max_mb: float) -> tuple[File, ...]:
    """Return the files that fit together below `max_mb` millions of bytes, as sent (base64), in their order."""
    kept: list[File] = []
    left = max_mb * 1_000_000
    for file in files:
        size = len(file.data) * 4 / 3
        if size <= left:
            kept.append(file)
            left -= size
    return tuple(kept)
