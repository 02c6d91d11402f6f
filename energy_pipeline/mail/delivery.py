"""Deliver messages once: what was told is not told again, one failure stops nobody else, the rest waits a next run."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

from energy_pipeline.mail import alerts, envelope
from energy_pipeline.mail.model import Body, Message, Result, Status
from energy_pipeline.mail.outbox import Outbox, Told, open_outbox, read_outbox
from energy_pipeline.mail.reminders import reminders
from energy_pipeline.mail.settings import Settings, parse_address
from energy_pipeline.mail.smtp import DeferredError, RefusedError, Server, UnusableError, server
from energy_pipeline.settings import Home

Clock = Callable[[], datetime]
PENDING, REFUSED = "pending", "refused"


class _NotComposedError(Exception):
    """The message cannot be made; the text says why."""


def deliver(
    home: Path, messages: Iterable[Message], settings: Settings, *, clock: Clock, retry_refused: bool = False
) -> list[Result]:
    """Send what was not told yet to each recipient, and note it in the outbox of `home`; return what became of each.

    A recipient who got an earlier version receives the new one as a correction. Temporary refusals, time-outs and a
    server that cannot be used leave the message for a next call; a permanent refusal is tried again only when the
    content changes or `retry_refused`. Bodies are made one at a time, only for what leaves. `clock` gives the instant
    of the Date header, with its zone. Raises MailError when another process delivers.
    """
    with open_outbox(home) as outbox, server(settings) as connection:
        return [
            _deliver(message, outbox, connection, settings, clock=clock, retry_refused=retry_refused)
            for message in messages
        ]


def alert_messages(home: Path, raised: Sequence[alerts.Alert], settings: Settings) -> list[Message]:
    """Return the mails, for `deliver`, of what in `raised` was not told yet: one per kind and recipient."""
    with read_outbox(home) as outbox:
        return list(alerts.messages(raised, settings.alerts_to, settings.others_to, outbox.is_told))


def notices(home: Path, day: date, settings: Settings) -> list[Message]:
    """Return the mails, for `deliver`, that the publication of `home` calls for on `day` besides the reports.

    Alerts on refused files, missing deliveries and findings of no operation; reminders of the keys to send.
    """
    raised = alerts.of_publication(Home(home).publication, day)
    return [*alert_messages(home, raised, settings), *reminders(home, day, settings)]


def preview(home: Path, messages: Iterable[Message], settings: Settings, out: Path, *, clock: Clock) -> list[Result]:
    """Write in `out`, as `.eml` files, the e-mails that `deliver` would try to send now; nothing is sent nor noted."""
    out.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    with read_outbox(home) as outbox:
        for message in messages:
            known = _known(message, outbox)
            settled = _settled(message, known, retry_refused=False)
            if settled is not None:
                results.append(settled)
                continue
            try:
                email, correction = _composed(message, known, settings, clock)
            except _NotComposedError as error:
                results.append(Result(message.recipient, message.subject, Status.DEFERRED, str(error)))
                continue
            name = re.sub(r"[^\w.@+-]", "_", f"{message.recipient}_{message.items[0].key}")
            (out / f"{len(results) + 1:03d}_{name[:120]}.eml").write_bytes(email.as_bytes())
            results.append(_left(message, email, correction))
    return results


def _known(message: Message, outbox: Outbox) -> tuple[Told | None, ...]:
    return tuple(outbox.told(message.recipient, item.key) for item in message.items)


def _settled(message: Message, known: Sequence[Told | None], *, retry_refused: bool) -> Result | None:
    """Return the result of a message that must not be tried: told already, or refused for ever."""
    pairs = list(zip(message.items, known, strict=True))
    if all(told is not None and told.sent_digest == item.digest for item, told in pairs):
        return Result(message.recipient, message.subject, Status.ALREADY_SENT)
    refused = [
        told.last_error
        for item, told in pairs
        if told is not None and told.status == REFUSED and told.digest == item.digest
    ]
    if len(refused) == len(pairs) and not retry_refused:
        return Result(message.recipient, message.subject, Status.REFUSED_BEFORE, refused[0])
    return None


def _composed(
    message: Message, known: Sequence[Told | None], settings: Settings, clock: Clock
) -> tuple[EmailMessage, bool]:
    """Return the e-mail of `message`, and whether it corrects one that left. Raises _NotComposedError."""
    earlier = next((told for told in known if told is not None and told.sent_message_id is not None), None)
    try:
        body: Body = message.body(earlier.sent_at if earlier else None)
        email = envelope.compose(message, body, settings, clock(), earlier.sent_message_id if earlier else None)
    except Exception as error:
        # Whatever is wrong with one operation's report must not keep the others from their readers.
        raise _NotComposedError(f"Le message n'a pas pu être composé : {type(error).__name__}: {error}") from error
    return email, earlier is not None


def _deliver(
    message: Message, outbox: Outbox, connection: Server, settings: Settings, *, clock: Clock, retry_refused: bool
) -> Result:
    known = _known(message, outbox)
    settled = _settled(message, known, retry_refused=retry_refused)
    if settled is not None:
        return settled
    outbox.trying(message)
    try:
        recipient = parse_address(message.recipient).addr_spec
    except ValueError:
        reason = "Ce n'est pas une adresse électronique que l'on puisse joindre."
        outbox.failed(message, REFUSED, reason)
        return Result(message.recipient, message.subject, Status.REFUSED, reason)
    try:
        connection.ensure_open()
        email, correction = _composed(message, known, settings, clock)
        connection.send(email, parse_address(settings.sender).addr_spec, recipient)
    except RefusedError as error:
        outbox.failed(message, REFUSED, str(error))
        return Result(message.recipient, message.subject, Status.REFUSED, str(error))
    except (DeferredError, UnusableError, _NotComposedError) as error:
        outbox.failed(message, PENDING, str(error))
        return Result(message.recipient, message.subject, Status.DEFERRED, str(error))
    outbox.sent(message, envelope.message_id(message, settings), clock())
    return _left(message, email, correction)


def _left(message: Message, email: EmailMessage, correction: bool) -> Result:
    return Result(message.recipient, str(email["Subject"]), Status.CORRECTED if correction else Status.SENT)
