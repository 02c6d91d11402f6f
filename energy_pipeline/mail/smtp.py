"""The door to the mail server: opened at the first message, and what its refusals mean."""

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

from energy_pipeline.mail.model import MailError
from energy_pipeline.mail.settings import Settings

PERMANENT = range(500, 600)
SERVICE_CLOSING = 421
TOO_LARGE = 552
AUTHENTICATED = 235
LOSSES_ALLOWED = 3
"""Connections lost in a row before the other messages wait for the next run."""


class RefusedError(Exception):
    """The server will never take this message for this recipient."""


class DeferredError(Exception):
    """The server does not take this message now."""


class UnusableError(Exception):
    """The server takes no message at all: not reached, not trusted, or it refuses the login."""


class Server:
    """A connection to the server of `settings`, opened when needed, opened again when lost."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None
        self._used = False
        self._losses = 0
        self._failure: str | None = None

    def send(self, email: EmailMessage, sender: str, recipient: str) -> None:
        """Hand `email` over. Raises RefusedError, DeferredError, UnusableError."""
        was_used = self._used
        try:
            self._send(email, sender, recipient)
        except _ClosingError as error:
            # Some servers close after a number of messages: a fresh connection takes this one.
            self.close()
            if not was_used:
                self._lost()
                raise DeferredError(str(error)) from error
            try:
                self._send(email, sender, recipient)
            except _ClosingError as again:
                self.close()
                self._lost()
                raise DeferredError(str(again)) from again
        self._losses = 0
        self._used = True

    def _send(self, email: EmailMessage, sender: str, recipient: str) -> None:
        connection = self.ensure_open()
        try:
            connection.send_message(email, sender, [recipient])
        except smtplib.SMTPRecipientsRefused as error:
            raise _judged(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPSenderRefused as error:
            # A sender that is refused is a wrong setting, to be mended: not this recipient's refusal.
            code = int(error.smtp_code)
            raise _judged(code if code in {SERVICE_CLOSING, TOO_LARGE} else 450, error.smtp_error, code) from error
        except smtplib.SMTPResponseException as error:
            raise _judged(int(error.smtp_code), error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            self._lost()
            raise DeferredError(f"Connexion perdue pendant l'envoi : {_words(error)}.") from error

    def _lost(self) -> None:
        self._losses += 1
        if self._losses >= LOSSES_ALLOWED:
            self._failure = f"Le serveur {self._settings.host} coupe la connexion à chaque message."

    def ensure_open(self) -> smtplib.SMTP:
        """Return the connection, opened if it is not. Raises UnusableError, at once when it failed before."""
        if self._failure is not None:
            raise UnusableError(self._failure)
        if self._connection is None:
            try:
                self._connection = _connect(self._settings)
            except UnusableError as error:
                self._failure = str(error)
                raise
            self._used = False
        return self._connection

    def close(self) -> None:
        """Leave politely; a server that does not answer any more is left all the same."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._connection.quit()
            self._connection.close()
            self._connection = None


class _ClosingError(Exception):
    """The server took nothing of the message and closes the connection."""


@contextmanager
def server(settings: Settings) -> Iterator[Server]:
    """Give the server of `settings`, closed at the end whatever happens."""
    opened = Server(settings)
    try:
        yield opened
    finally:
        opened.close()


def _judged(code: int, words: bytes | str, shown: int | None = None) -> Exception:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    said = f"{shown or code} {' '.join(text.split())[:300]}"
    if code == SERVICE_CLOSING:
        return _ClosingError(said)
    return RefusedError(said) if code in PERMANENT else DeferredError(said)


def _connect(settings: Settings) -> smtplib.SMTP:
    """Return an open connection, encrypted and logged in as `settings` ask. Raises UnusableError."""
    where = f"{settings.host}:{settings.port}"
    connection: smtplib.SMTP | None = None
    try:
        context = _trust(settings)
        if settings.security == "tls":
            connection = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_seconds, context=context
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
            if settings.security == "starttls":
                connection.starttls(context=context)
        if settings.user is not None and settings.password is not None:
            _login(connection, settings.user, settings.password)
        return connection
    except smtplib.SMTPAuthenticationError as error:
        _abandon(connection)
        raise UnusableError(
            f"Le serveur {where} refuse l'identifiant « {settings.user} » ou son mot de passe : {_words(error)}."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        _abandon(connection)
        lacking = "STARTTLS" if "STARTTLS" in str(error) else "l'identification"
        raise UnusableError(f"Le serveur {where} ne propose pas {lacking}.") from error
    except ssl.SSLCertVerificationError as error:
        _abandon(connection)
        raise UnusableError(f"Le certificat du serveur {where} n'est pas reconnu : {error.verify_message}.") from error
    except (smtplib.SMTPException, OSError) as error:
        _abandon(connection)
        raise UnusableError(f"Le serveur {where} ne répond pas comme attendu : {_words(error)}.") from error


def _login(connection: smtplib.SMTP, user: str, password: str) -> None:
    """Log in; `smtplib` knows ASCII only, the PLAIN mechanism takes UTF-8 (RFC 4616)."""
    if (user + password).isascii():
        connection.login(user, password)
        return
    connection.ehlo_or_helo_if_needed()
    if "PLAIN" not in connection.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("AUTH PLAIN")
    secret = b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
    code, words = connection.docmd("AUTH", f"PLAIN {secret}")
    if code != AUTHENTICATED:
        raise smtplib.SMTPAuthenticationError(code, words)


def _trust(settings: Settings) -> ssl.SSLContext:
    if settings.ca_file is not None and not Path(settings.ca_file).is_file():
        raise MailError(f"Le fichier de certificats « ca_file » n'existe pas : {settings.ca_file}.")
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except ssl.SSLError as error:
        raise MailError(f"Le fichier de certificats « ca_file » est illisible : {settings.ca_file}.") from error


def _abandon(connection: smtplib.SMTP | None) -> None:
    if connection is not None:
        connection.close()


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "délai dépassé"
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return f"{error.smtp_code} {' '.join(words.split())[:300]}"
    return str(error).rstrip(".") or type(error).__name__
