"""A real IMAP server (Dovecot) on 127.0.0.1 for the tests: its own configuration, certificate and mails."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.programs import program

USER, PASSWORD = "acc@commune.example", "mot de passe très secret"
STARTS_WITHIN_SECONDS = 20


@dataclass(frozen=True)
class ImapServer:
    """Where the server listens, and the certificate of its own authority."""

    plain_port: int
    tls_port: int
    certificate: Path
    log: Path

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.plain_port)
        client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
        return client

    def append(self, message: bytes, folder: str = "INBOX", at: str = "2025-10-08T09:00:00+02:00") -> None:
        with self.client() as client:
            client.create(folder)
            kind, answer = client.append(folder, None, datetime.fromisoformat(at), message)
            assert kind == "OK", answer

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """Return what the server knows of each message of the folder."""
        with self.client() as client:
            client.select(folder, readonly=True)
            return [item for item in client.fetch("1:*", "(UID FLAGS)")[1] if item]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _configuration(folder: Path, server: ImapServer) -> str:
    is_root = os.getuid() == 0
    mine, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    mailman = pwd.getpwnam("nobody") if is_root else pwd.getpwuid(os.getuid())
    users = (
        ""
        if is_root
        else f"""
default_internal_user = {mine}
default_internal_group = {group}
default_login_user = {mine}
"""
    )
    return f"""
base_dir = {folder}/run
log_path = {server.log}
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{server.certificate}
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:{folder}/mail
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={mailman.pw_uid} gid={mailman.pw_gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {server.plain_port}
  }}
  inet_listener imaps {{
    port = {server.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{users}"""


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Start a server with an empty mailbox, and stop it."""
    dovecot, openssl = program("dovecot"), program("openssl")
    # Short, for the sockets' names, and open to the user that reads the mails.
    folder = Path(tempfile.mkdtemp(prefix="imap-"))
    folder.chmod(0o755)
    server = ImapServer(_free_port(), _free_port(), folder / "cert.pem", folder / "log")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", folder / "key.pem",
         "-out", server.certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
    (folder / "mail").mkdir()
    if os.getuid() == 0:
        shutil.chown(folder / "mail", "nobody")
    (folder / "dovecot.conf").write_text(_configuration(folder, server), encoding="utf-8")
    process = subprocess.Popen([dovecot, "-F", "-c", folder / "dovecot.conf"], stderr=subprocess.PIPE)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder)


def _wait(server: ImapServer, process: subprocess.Popen[bytes]) -> None:
    for _ in range(STARTS_WITHIN_SECONDS * 20):
        try:
            with server.client():
                return
        except (OSError, imaplib.IMAP4.error) as fault:
            if process.poll() is not None:
                raise AssertionError(process.stderr.read() if process.stderr else "") from fault
            time.sleep(0.05)
    raise AssertionError(server.log.read_text(encoding="utf-8") if server.log.exists() else "no answer")
