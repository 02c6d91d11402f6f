"""A real SMTP server on 127.0.0.1 for the tests: with TLS and login, that refuses or is slow when told so."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.programs import program

USER = "rapports@aubrac.example"
PASSWORD, ACCENTED_PASSWORD = "secret-7205", "mot de passe très secret"


@dataclass
class Mailbox:
    """What the server took, and how it is to behave. `refusals`: by recipient; `stuck`: never answered."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    data_refusals: dict[str, str] = field(default_factory=dict)
    sender_refusal: str | None = None
    stuck: set[str] = field(default_factory=set)
    got_stuck: threading.Event = field(default_factory=threading.Event)
    mails_per_connection: int | None = None
    connections: int = 0

    @property
    def recipients(self) -> list[str]:
        """Addresses served, in their order."""
        return [recipient for recipient, _ in self.mails]

    def of(self, recipient: str) -> list[EmailMessage]:
        """Return the mails of one recipient."""
        return [mail for address, mail in self.mails if address == recipient]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        if not hasattr(session, "taken"):
            session.taken = 0
            self.connections += 1
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.mails_per_connection is not None and session.taken >= self.mails_per_connection:
            return "421 4.7.0 Trop de messages sur cette connexion"
        if self.sender_refusal:
            return self.sender_refusal
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        recipient = envelope.rcpt_tos[0]
        if recipient in self.stuck:
            self.got_stuck.set()
            await asyncio.sleep(60)
        if recipient in self.data_refusals:
            return self.data_refusals[recipient]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        session.taken += 1
        self.mails.append((recipient, mail))
        self.sessions.append(
            {"tls": session.ssl is not None, "login": session.authenticated, "from": envelope.mail_from}
        )
        return "250 OK"


@dataclass(frozen=True)
class Certificate:
    """A self-made certificate for 127.0.0.1, and its key."""

    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """Return the server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificate(folder: Path) -> Certificate:
    """Make one with openssl, for ten days."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", made.key, "-out", made.certificate, "-days", "10", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


def free_port() -> int:
    """Return a port of this machine that nobody listens to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    certificate: Certificate | None = None, *, security: str = "none", password: str | None = None
) -> Iterator[Mailbox]:
    """Serve on 127.0.0.1 until left. `security`: none | starttls | tls; `password`: asked of USER."""
    mailbox = Mailbox()
    options: dict[str, Any] = {"decode_data": False}
    context = certificate.context() if certificate else None
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if password is not None:

        def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
            expected = LoginPassword(USER.encode(), password.encode())
            return AuthResult(success=data == expected, handled=False)

        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": security == "starttls"}
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=free_port(),
        ssl_context=context if security == "tls" else None, **options,
    )  # fmt: skip
    controller.start()
    mailbox.port = controller.port
    mailbox.mails.clear()
    mailbox.connections = 0
    try:
        yield mailbox
    finally:
        controller.stop()
