from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

from energy_pipeline.mail import Settings
from energy_pipeline.mail.envelope import compose, fitting
from energy_pipeline.mail.model import Body, File, Item, Message

AT = datetime(2025, 11, 10, 8, 30, tzinfo=UTC)
SETTINGS = Settings(
    host="h", port=25, sender="Énergie <rapports@a-very-long-domain-name-of-some-intermunicipal-syndicate.example>"
)


def message(**changed) -> Message:
    base = Message((Item("rapport/ACC00000042/2025-10-01", "v1"),), "maire@a.example", "Été", lambda _: Body("", ""))
    return replace(base, **changed)


def email(one: Message, text: str = "t", **more):
    made = compose(one, Body(text, "<p>h</p>"), SETTINGS, more.pop("at", AT), more.pop("corrects", None))
    return message_from_bytes(made.as_bytes(), policy=policy.default)


def test_the_message_id_depends_on_reader_and_content_not_on_hour_nor_words():
    first = email(message())["Message-ID"]
    assert first == email(message(subject="Autre"), "autre", at=datetime(2026, 1, 1, tzinfo=UTC))["Message-ID"]
    others = {
        email(message(recipient="b@a.example"))["Message-ID"],
        email(message(items=(Item("rapport/ACC00000042/2025-10-01", "v2"),)))["Message-ID"],
        email(message(items=(Item("rapport/ACC00000043/2025-10-01", "v1"),)))["Message-ID"],
    }
    assert len(others | {first}) == 4


def test_message_ids_are_written_plain_however_long_the_domain():
    raw = compose(message(), Body("t", "<p>h</p>"), SETTINGS, AT, f"<{'0' * 32}@{SETTINGS.sender_domain}>").as_bytes()
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    for name in (b"Message-ID", b"In-Reply-To", b"References"):
        [line] = [line for line in head.split(b"\r\n") if line.startswith(name + b":")]
        assert b"=?" not in line
        assert line.count(b"@" + SETTINGS.sender_domain.encode() + b">") == 1


def test_lines_end_as_smtp_wants_and_none_is_too_long():
    raw = compose(
        message(subject="é" * 300), Body("ligne é " * 400, "<p>" + "ù" * 3000 + "</p>"), SETTINGS, AT
    ).as_bytes()
    lines = raw.split(b"\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 998
    assert raw.isascii()
    assert message_from_bytes(raw, policy=policy.default)["Subject"] == "é" * 300


def test_no_break_spaces_of_a_subject_become_spaces():
    assert email(message(subject="120,87\u00a0€ à\u202frécupérer"))["Subject"] == "120,87 € à récupérer"


def test_files_are_kept_while_they_fit_as_sent():
    small, large = File("a", "text/html", bytes(30_000)), File("b", "text/html", bytes(60_000))
    # base64 makes 4 bytes of 3: 40 000 and 80 000.
    assert fitting((small, large), 0.12) == (small, large)
    assert fitting((small, large), 0.1199) == (small,)
    assert fitting((large, small), 0.05) == (small,)
    assert fitting((small, large), 0) == ()
