"""Delivery through real SMTP servers: encryption, login, refusals, time-outs, and each message once."""

import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy_pipeline.mail import MailError, Settings, Status, alert_messages, alerts, deliver
from energy_pipeline.mail.model import Body, File, Item, Message
from energy_pipeline.mail.outbox import open_outbox
from tests import mail_server
from tests.mail_server import ACCENTED_PASSWORD, PASSWORD, USER, Mailbox, serving

AT = datetime(2025, 11, 10, 8, 30, tzinfo=UTC)
NAMES = ("energie@aubrac.example", "maire@aubrac.example", "compta@aubrac.example")
PNG = b"\x89PNG\r\n\x1a\n\x00\xff"


def clock() -> datetime:
    return AT


def settings(box: Mailbox, **more: object) -> Settings:
    return Settings(**{
        "host": "127.0.0.1", "port": box.port, "security": "none", "timeout_seconds": 5,
        "sender": "Énergie d'Aubrac <rapports@aubrac.example>", "reply_to": "contact@aubrac.example",
        "list_id": "rapports.aubrac.example", **more,
    })  # fmt: skip


def message(
    recipient: str, digest: str = "v1", subject: str = "Été : rapport de l'école Jeanne-d'Arc", **more
) -> Message:
    def body(corrects: datetime | None) -> Body:
        note = f"Remplace celui du {corrects:%d/%m/%Y}. " if corrects else ""
        return Body(
            f"{note}Économisé : 12\u202f345,60\u00a0€\n.\nÀ bientôt",
            f"<p>{note}Économisé : 12\u202f345,60\u00a0€ <img src='cid:graphique'></p>",
            (File("graphique", "image/png", PNG),),
            (File("rapport.html", "text/html", "<p>été</p>".encode()),
             File("rapport.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04")),
        )  # fmt: skip

    return Message((Item("rapport/ACC00000042/2025-10-01", digest),), recipient, subject, more.get("body", body))


def all_messages(digest: str = "v1") -> list[Message]:
    return [message(name, digest) for name in NAMES]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> mail_server.Certificate:
    return mail_server.make_certificate(tmp_path_factory.mktemp("certificate"))


def statuses(results) -> list[str]:
    return [result.status.value for result in results]


def test_every_part_arrives_as_it_left(tmp_path):
    with serving() as box:
        results = deliver(tmp_path, [message(NAMES[0])], settings(box), clock=clock)
    assert statuses(results) == ["sent"]
    [(recipient, mail)] = box.mails
    assert recipient == NAMES[0]
    assert box.sessions[0]["from"] == "rapports@aubrac.example"
    assert mail["Subject"] == "Été : rapport de l'école Jeanne-d'Arc"
    assert mail["From"] == "Énergie d'Aubrac <rapports@aubrac.example>"
    assert (mail["To"], mail["Reply-To"]) == (NAMES[0], "contact@aubrac.example")
    assert mail["List-Id"] == "Autoconsommation collective <rapports.aubrac.example>"
    assert mail["Date"].datetime == AT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] is None
    assert mail.defects == []
    parts = [part for part in mail.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "text/html", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ]  # fmt: skip
    text, html, picture, page, workbook = parts
    assert text.get_content().splitlines() == ["Économisé : 12\u202f345,60\u00a0€", ".", "À bientôt"]
    assert "Économisé : 12\u202f345,60\u00a0€" in html.get_content()
    assert (picture["Content-ID"], picture.get_content()) == ("<graphique>", PNG)
    assert picture.get_content_disposition() == "inline"
    assert (page.get_filename(), page.get_payload(decode=True).decode(page.get_content_charset())) == (
        "rapport.html", "<p>été</p>",
    )  # fmt: skip
    assert (workbook.get_filename(), workbook.get_content()) == ("rapport.xlsx", b"PK\x03\x04")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("password", [PASSWORD, ACCENTED_PASSWORD])
def test_encrypted_and_logged_in(tmp_path, certificate, security, password):
    with serving(certificate, security=security, password=password) as box:
        authority = str(certificate.certificate)
        told = settings(box, security=security, user=USER, password=password, ca_file=authority)
        assert statuses(deliver(tmp_path, [message(NAMES[0])], told, clock=clock)) == ["sent"]
    assert box.sessions[0]["login"] is True


def test_a_wrong_password_stops_all_and_is_never_written(tmp_path, certificate, caplog):
    wrong = "mauvais-secret-9431"
    with serving(certificate, security="starttls", password=PASSWORD) as box:
        told = settings(box, security="starttls", user=USER, password=wrong, ca_file=str(certificate.certificate))
        results = deliver(tmp_path, all_messages(), told, clock=clock)
        assert statuses(results) == ["deferred"] * 3
        assert "refuse l'identifiant « rapports@aubrac.example »" in results[0].error
        mended = replace(told, password=PASSWORD)
        assert statuses(deliver(tmp_path, all_messages(), mended, clock=clock)) == ["sent"] * 3
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert wrong.encode() not in written
    assert wrong not in caplog.text + repr(told) + "".join(filter(None, (result.error for result in results)))


def test_a_certificate_of_an_unknown_authority_is_not_trusted(tmp_path, certificate):
    with serving(certificate, security="tls") as box:
        [result] = deliver(tmp_path, [message(NAMES[0])], settings(box, security="tls"), clock=clock)
    assert result.status is Status.DEFERRED
    assert "certificat" in result.error
    assert box.mails == []


def test_a_server_without_starttls_gets_nothing_in_clear(tmp_path):
    with serving() as box:
        [result] = deliver(tmp_path, [message(NAMES[0])], settings(box, security="starttls"), clock=clock)
    assert "ne propose pas STARTTLS" in result.error
    assert box.mails == []


def test_a_login_that_the_server_does_not_ask_for_is_said(tmp_path):
    with serving() as box:
        [result] = deliver(tmp_path, [message(NAMES[0])], settings(box, user=USER, password=PASSWORD), clock=clock)
    assert "ne propose pas l'identification" in result.error


def test_again_sends_nothing_and_composes_nothing(tmp_path):
    def never(_corrects):
        raise AssertionError("composed for nothing")

    with serving() as box:
        deliver(tmp_path, all_messages(), settings(box), clock=clock)
        results = deliver(tmp_path, [message(name, body=never) for name in NAMES], settings(box), clock=clock)
        assert statuses(results) == ["already_sent"] * 3
        shouted = deliver(tmp_path, [message(NAMES[0].upper())], settings(box), clock=clock)
        assert statuses(shouted) == ["already_sent"]
        assert len(box.mails) == 3
        assert box.connections == 1


def test_other_content_is_sent_as_a_correction_of_the_first(tmp_path):
    with serving() as box:
        deliver(tmp_path, [message(NAMES[0])], settings(box), clock=clock)
        [result] = deliver(tmp_path, [message(NAMES[0], "v2")], settings(box), clock=clock)
        assert result.status is Status.CORRECTED
        first, second = box.of(NAMES[0])
        assert second["Subject"] == "Rectificatif : Été : rapport de l'école Jeanne-d'Arc"
        assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]
        assert "Remplace celui du 10/11/2025." in second.get_body(("plain",)).get_content()
        assert statuses(deliver(tmp_path, [message(NAMES[0], "v2")], settings(box), clock=clock)) == ["already_sent"]
        # Back to what was told first: the reader holds the second, so it is a correction again.
        assert statuses(deliver(tmp_path, [message(NAMES[0], "v1")], settings(box), clock=clock)) == ["corrected"]
        assert len(box.mails) == 3


def test_a_temporary_refusal_stops_nobody_and_is_tried_at_the_next_run(tmp_path):
    with serving() as box:
        box.refusals[NAMES[0]] = "451 4.3.0 Revenez plus tard, boîte occupée"
        box.data_refusals[NAMES[1]] = "452 4.2.2 Boîte pleine"
        results = deliver(tmp_path, all_messages(), settings(box), clock=clock)
        assert statuses(results) == ["deferred", "deferred", "sent"]
        assert [result.error for result in results] == [
            "451 4.3.0 Revenez plus tard, boîte occupée", "452 4.2.2 Boîte pleine", None,
        ]  # fmt: skip
        box.refusals.clear()
        box.data_refusals.clear()
        assert statuses(deliver(tmp_path, all_messages(), settings(box), clock=clock)) == [
            "sent",
            "sent",
            "already_sent",
        ]
        assert sorted(box.recipients) == sorted(NAMES)
        assert not box.of(NAMES[0])[0]["Subject"].startswith("Rectificatif")
    with open_outbox(tmp_path) as outbox:
        told = outbox.told(NAMES[0], "rapport/ACC00000042/2025-10-01")
    assert (told.status, told.attempts, told.last_error, told.sent_at) == ("sent", 2, None, AT)


@pytest.mark.parametrize("stage", ["refusals", "data_refusals"])
def test_a_permanent_refusal_is_noted_and_not_tried_again_until_asked_or_changed(tmp_path, stage):
    with serving() as box:
        getattr(box, stage)[NAMES[1]] = "550 5.1.1 Utilisateur inconnu"
        results = deliver(tmp_path, all_messages(), settings(box), clock=clock)
        assert statuses(results) == ["sent", "refused", "sent"]
        assert results[1].error == "550 5.1.1 Utilisateur inconnu"
        getattr(box, stage).clear()
        results = deliver(tmp_path, all_messages(), settings(box), clock=clock)
        assert statuses(results) == ["already_sent", "refused_before", "already_sent"]
        assert results[1].error == "550 5.1.1 Utilisateur inconnu"
        results = deliver(tmp_path, all_messages("v2"), settings(box), clock=clock)
        assert statuses(results) == ["corrected", "sent", "corrected"]


def test_a_refused_recipient_is_tried_again_when_asked(tmp_path):
    with serving() as box:
        box.refusals[NAMES[0]] = "550 5.1.1 Utilisateur inconnu"
        deliver(tmp_path, [message(NAMES[0])], settings(box), clock=clock)
        box.refusals.clear()
        assert statuses(deliver(tmp_path, [message(NAMES[0])], settings(box), clock=clock, retry_refused=True)) == [
            "sent"
        ]


def test_a_refused_sender_is_a_setting_to_mend_not_the_readers_refusal(tmp_path):
    with serving() as box:
        box.sender_refusal = "550 5.7.1 Expéditeur non autorisé"
        results = deliver(tmp_path, all_messages(), settings(box), clock=clock)
        assert statuses(results) == ["deferred"] * 3
        assert results[0].error == "550 5.7.1 Expéditeur non autorisé"
        box.sender_refusal = "552 5.3.4 Message trop gros"
        assert statuses(deliver(tmp_path, [message(NAMES[0])], settings(box), clock=clock)) == ["refused"]
        box.sender_refusal = None
        assert statuses(deliver(tmp_path, all_messages()[1:], settings(box), clock=clock)) == ["sent", "sent"]


def test_a_server_that_closes_after_some_messages_is_called_again(tmp_path):
    with serving() as box:
        box.mails_per_connection = 1
        assert statuses(deliver(tmp_path, all_messages(), settings(box), clock=clock)) == ["sent"] * 3
        assert box.recipients == list(NAMES)
        assert box.connections == 3


def test_a_server_that_closes_at_once_is_left_for_the_next_run(tmp_path):
    with serving() as box:
        box.mails_per_connection = 0
        many = [message(f"n{number}@aubrac.example") for number in range(6)]
        results = deliver(tmp_path, many, settings(box), clock=clock)
        assert statuses(results) == ["deferred"] * 6
        assert results[0].error.startswith("421")
        assert "coupe la connexion" in results[-1].error
        assert box.connections == 3
        box.mails_per_connection = None
        assert statuses(deliver(tmp_path, many, settings(box), clock=clock)) == ["sent"] * 6


def test_a_time_out_concerns_one_message_only(tmp_path):
    with serving() as box:
        box.stuck.add(NAMES[1])
        results = deliver(tmp_path, all_messages(), settings(box, timeout_seconds=1), clock=clock)
        assert statuses(results) == ["sent", "deferred", "sent"]
        assert "délai dépassé" in results[1].error
        box.stuck.clear()
        assert statuses(deliver(tmp_path, all_messages(), settings(box), clock=clock)) == [
            "already_sent",
            "sent",
            "already_sent",
        ]
        assert sorted(box.recipients) == sorted(NAMES)


def test_a_server_that_says_nothing_is_waited_for_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box = Mailbox(port=silent.getsockname()[1])
        threads = threading.active_count()
        results = deliver(tmp_path, all_messages(), settings(box, timeout_seconds=1), clock=clock)
        assert threading.active_count() == threads
    assert statuses(results) == ["deferred"] * 3
    assert all("délai dépassé" in result.error for result in results)


def test_nobody_listens(tmp_path):
    results = deliver(tmp_path, all_messages(), settings(Mailbox(port=mail_server.free_port())), clock=clock)
    assert statuses(results) == ["deferred"] * 3
    assert "ne répond pas" in results[0].error


def test_a_message_that_cannot_be_composed_stops_nobody(tmp_path):
    def broken(_corrects):
        raise LookupError("ACC00000042: no period")

    first, second, third = all_messages()
    with serving() as box:
        results = deliver(tmp_path, [replace(first, body=broken), second, third], settings(box), clock=clock)
        assert statuses(results) == ["deferred", "sent", "sent"]
        assert "ACC00000042: no period" in results[0].error
        assert statuses(deliver(tmp_path, [first], settings(box), clock=clock)) == ["sent"]


@pytest.mark.parametrize(
    "address", ["sans-arobase", "é@aubrac.example", "a b@aubrac.example", "x@aubrac.example\nBcc: y@z.example"]
)
def test_what_is_no_address_is_refused_without_asking_the_server(tmp_path, address):
    with serving() as box:
        results = deliver(tmp_path, [message(address), message(NAMES[0])], settings(box), clock=clock)
    assert statuses(results) == ["refused", "sent"]
    assert box.recipients == [NAMES[0]]


def test_an_accent_in_the_domain_is_sent_as_ascii(tmp_path):
    with serving() as box:
        assert statuses(deliver(tmp_path, [message("maire@forêt.example")], settings(box), clock=clock)) == ["sent"]
    assert box.recipients == ["maire@xn--fort-ipa.example"]


def test_a_subject_cannot_bring_headers(tmp_path):
    with serving() as box:
        deliver(
            tmp_path, [message(NAMES[0], subject="Soleil\r\nBcc: tous@example.invalid")], settings(box), clock=clock
        )
    [(_, mail)] = box.mails
    assert mail["Subject"] == "Soleil Bcc: tous@example.invalid"
    assert mail["Bcc"] is None


def test_two_deliveries_at_once_are_refused(tmp_path):
    with serving() as box, open_outbox(tmp_path), pytest.raises(MailError, match="Un autre envoi est en cours"):
        deliver(tmp_path, all_messages(), settings(box), clock=clock)


CHILD = """
import sys
from pathlib import Path
from energy_pipeline.mail import deliver
from tests.integration.test_mail_delivery import all_messages, clock, settings
from tests.mail_server import Mailbox
deliver(Path(sys.argv[1]), all_messages(), settings(Mailbox(port=int(sys.argv[2])), timeout_seconds=60), clock=clock)
"""


def test_a_process_killed_between_two_recipients_resumes(tmp_path):
    with serving() as box:
        box.stuck.add(NAMES[1])
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path), str(box.port)], cwd=Path(__file__).parents[2]
        )
        try:
            assert box.got_stuck.wait(30)
        finally:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        assert box.recipients == [NAMES[0]]
        box.stuck.clear()
        results = deliver(tmp_path, all_messages(), settings(box), clock=clock)
        assert statuses(results) == ["already_sent", "sent", "sent"]
        assert box.recipients == list(NAMES)


def test_alerts_go_through_the_same_outbox_once_each(tmp_path):
    def refused(number: int) -> alerts.QuarantinedFile:
        return alerts.QuarantinedFile(f"{number:064x}", f"enedis/courbe_{number}.csv", "Nombre illisible.")

    with serving() as box:
        told = settings(box, alerts_to=("exploitation@aubrac.example",))

        def alert(*raised: alerts.Alert) -> list[str]:
            return statuses(deliver(tmp_path, alert_messages(tmp_path, raised, told), told, clock=clock))

        assert alert(refused(1), refused(2)) == ["sent"]
        assert alert(refused(1), refused(2)) == []
        assert alert(refused(1), refused(2), refused(3)) == ["sent"]
        box.refusals["exploitation@aubrac.example"] = "451 4.3.0 Plus tard"
        assert alert(refused(4)) == ["deferred"]
        box.refusals.clear()
        assert alert(refused(4), refused(5)) == ["sent"]
        subjects = [mail["Subject"] for mail in box.of("exploitation@aubrac.example")]
    assert subjects == [
        "Alerte : 2 fichiers refusés", "Alerte : fichier refusé, courbe_3.csv", "Alerte : 2 fichiers refusés",
    ]  # fmt: skip
