"""A mailbox emptied into the inbox without being touched, beside a real IMAP server on 127.0.0.1."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline import sources
from energy_pipeline.cli import mailbox
from energy_pipeline.sources.mailbox import file_name
from tests.imap_server import PASSWORD, USER, ImapServer, imap_server
from tests.unit.landing.deliveries import CURVE, SUBJECT, House, curve, encrypted, mail, zipped


@pytest.fixture(scope="module")
def server():
    with imap_server() as started:
        yield started


@pytest.fixture
def folder(server: ImapServer, request: pytest.FixtureRequest) -> str:
    """A folder of the mailbox for this test alone."""
    name = re.sub(r"\W", "", request.node.name)
    with server.client() as client:
        client.create(name)
    return name


@pytest.fixture
def settings(server: ImapServer, folder: str) -> sources.Mailbox:
    return sources.Mailbox(
        host="127.0.0.1",
        user=USER,
        port=server.tls_port,
        folder=folder,
        ca_file=str(server.certificate),
        password=PASSWORD,
    )


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def message(number: int = 1, message_id: str | None = None, **options) -> bytes:
    identity = message_id or f"<livraison.{number}@enedis.example>"
    content = mail(SUBJECT, {"export.zip": zipped({CURVE: curve(number)})}, **options)
    return b"Message-ID: " + identity.encode() + b"\n" + content


def test_new_messages_become_files_named_by_their_id_once(server, settings, folder, inbox):
    sent = message(1)
    server.append(sent, folder)
    first = sources.fetch(settings, inbox)
    assert [path.name for path in first.files] == [file_name("<livraison.1@enedis.example>")]
    assert first.files[0].name.startswith("livraison.1@enedis.example-")
    assert first.files[0].read_bytes().replace(b"\r\n", b"\n") == sent
    server.append(message(2), folder)
    second = sources.fetch(settings, inbox)
    assert ([path.name for path in second.files], second.known) == ([file_name("<livraison.2@enedis.example>")], 1)
    assert sources.fetch(settings, inbox) == sources.Fetched((), 2)


def test_a_message_moved_elsewhere_in_the_inbox_is_known(server, settings, folder, inbox):
    server.append(message(1), folder)
    (path,) = sources.fetch(settings, inbox).files
    (inbox / "2025").mkdir()
    path.rename(inbox / "2025" / path.name)
    assert sources.fetch(settings, inbox).files == ()


def test_nothing_is_deleted_nor_marked(server, settings, folder, inbox):
    server.append(message(1), folder)
    before = server.flags(folder)
    sources.fetch(settings, inbox)
    assert server.flags(folder) == before
    assert b"Seen" not in b"".join(before)


def test_copies_of_a_message_are_one_and_messages_without_id_are_told_by_their_content(server, settings, folder, inbox):
    for copy in (message(1), message(1), mail(SUBJECT, {}), mail(SUBJECT, {}), mail("Autre", {})):
        server.append(copy, folder)
    found = sources.fetch(settings, inbox)
    assert (len(found.files), found.known) == (3, 2)
    assert sum("sans-identifiant" in path.name for path in found.files) == 2
    assert sources.fetch(settings, inbox).files == ()


def test_a_file_is_dated_of_the_messages_arrival(server, settings, folder, inbox):
    server.append(message(1), folder, at="2025-10-08T09:30:00+02:00")
    (path,) = sources.fetch(settings, inbox).files
    assert path.stat().st_mtime == 1759908600


def test_the_landing_reads_what_came_and_the_password_mail_opens_it(server, settings, folder, inbox):
    server.append(mail(SUBJECT, {"export.zip": encrypted({CURVE: curve()}, "Sésame-7")}), folder)
    text = "Bonjour,\nveuillez trouver le mot de passe suivant : Sésame-7\nCordialement"
    server.append(mail("[Mot de passe] " + SUBJECT, {}, text), folder)
    assert len(sources.fetch(settings, inbox).files) == 2
    house = House(inbox)
    house.land()
    assert set(house.status().values()) == {"loaded"}
    sources.fetch(settings, inbox)
    assert house.land() == 0


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_each_security(server, settings, folder, inbox, security):
    server.append(message(1), folder)
    port = server.tls_port if security == "tls" else server.plain_port
    found = sources.fetch(replace(settings, security=security, port=port), inbox)
    assert len(found.files) == 1


def test_a_server_that_nobody_vouches_for_is_refused(settings, inbox):
    with pytest.raises(sources.MailboxError, match="authentifié"):
        sources.fetch(replace(settings, ca_file=None), inbox)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "pas celui-ci"}, "refuse l'identifiant"),
        ({"password": "ni celui-là"}, "refuse l'identifiant"),
        ({"folder": "Absent"}, "« Absent » n'existe pas"),
        ({"port": 1}, "impossible"),
    ],
)
def test_what_goes_wrong_is_said_without_the_password(settings, inbox, change, words):
    wrong = replace(settings, **change)
    with pytest.raises(sources.MailboxError, match=words) as refusal:
        sources.fetch(wrong, inbox)
    assert wrong.password not in str(refusal.value) + repr(refusal.value.__cause__) + repr(wrong)


def test_the_command_says_what_is_new_and_never_the_password(server, folder, inbox, tmp_path, monkeypatch):
    application = typer.Typer()
    application.command()(mailbox.fetch)
    server.append(message(1), folder)
    arguments = ["--home", str(tmp_path), "--inbox", str(inbox)]
    assert CliRunner().invoke(application, arguments).exit_code == 1
    (tmp_path / "mailbox.toml").write_text(
        f'host = "127.0.0.1"\nport = {server.tls_port}\nuser = "{USER}"\nfolder = "{folder}"\n'
        f'ca_file = "{server.certificate}"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ENERGY_PIPELINE_IMAP_PASSWORD", PASSWORD)
    first, second = (CliRunner().invoke(application, arguments) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "1 nouveau message" in first.output and "Aucun nouveau message" in second.output
    monkeypatch.setenv("ENERGY_PIPELINE_IMAP_PASSWORD", "pas-le-bon")
    refused = CliRunner().invoke(application, arguments)
    assert refused.exit_code == 1 and "pas-le-bon" not in refused.output


@pytest.mark.parametrize(
    "message_id", ["<../../etc/passwd>", "<.cache@x>", "<a/b\\c:d@x>", "<" + "x" * 400 + "@x>", "<é@x>", "<>"]
)
def test_a_hostile_id_stays_a_plain_visible_file_name(message_id):
    name = file_name(message_id)
    assert Path(name).name == name and not name.startswith(".") and len(name) < 150
    assert name.isascii() and name.endswith(".eml") and ".." not in name.removesuffix(".eml")[:3]
    assert name != file_name(message_id + "x")
