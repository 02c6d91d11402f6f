import io
import struct
import zipfile
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest

from energy_pipeline import mail
from energy_pipeline.mail import Settings
from energy_pipeline.mail.model import Body, Message
from energy_pipeline.mail.outbox import open_outbox
from energy_pipeline.settings import Home
from tests.publications import OPERATION
from tests.unit.mail.conftest import change, declare

OCTOBER, SEPTEMBER = date(2025, 10, 1), date(2025, 9, 1)
SETTINGS = Settings(
    host="smtp.fontbelle.example", port=25, sender="rapports@fontbelle.example", reply_to="energie@fontbelle.example"
)
MANAGER, MAYOR, ACCOUNTANT = "energie@fontbelle.example", "maire@fontbelle.example", "compta@fontbelle.example"


def messages(home, months=(OCTOBER,), settings=SETTINGS) -> dict[str, Message]:
    return {one.recipient: one for one in mail.messages(home, list(months), settings)}


def body(home, recipient: str, corrects: datetime | None = None, settings: Settings = SETTINGS) -> Body:
    return messages(home, settings=settings)[recipient].body(corrects)


def digest(home, months=(OCTOBER,)) -> str:
    [one] = {message.items for message in mail.messages(home, list(months), SETTINGS)}
    return one[0].digest


class Reader(HTMLParser):
    """What a reader of the HTML sees, and what the page asks for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.fetched, self.alts, self._hidden = "", [], [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        self._hidden = tag in {"style", "title"}
        self.fetched += [known[name] for name in ("src", "href", "background") if name in known]
        if tag == "img":
            self.alts.append(known["alt"])

    def handle_data(self, data):
        if not self._hidden:
            self.text += data


def plain(text: str) -> str:
    return " ".join(text.split())


def test_each_reader_is_told_what_concerns_it(home):
    told = {name: plain(body(home, name).text) for name in (MANAGER, MAYOR, ACCOUNTANT)}
    for text in told.values():
        assert text.startswith("Soleil partagé de Fontbelle Autoconsommation collective, rapport d'octobre 2025")
        # Typed in the publication: two bills at 187,42 and one split at 21,90; only the bills bear VAT.
        assert "À réclamer : 396,74 € HT. Le montant TTC n'est pas connu pour toute la somme." in text
        assert "En pièce jointe : rapport.html, rapport.pdf, rapport.xlsx." in text
        assert "Pour changer les destinataires, répondez à ce message." in text
    assert "DONNÉES" in told[MANAGER]
    assert "1 fichier refusé" in told[MANAGER]
    assert "Réclamer au fournisseur" in told[MANAGER]
    assert "CE QU'IL FAUT FAIRE" in told[MAYOR]
    assert "Réclamer au fournisseur" not in told[MAYOR]
    assert "COMPTES" not in told[MANAGER] + told[MAYOR]
    assert "- Lumière du Midi : 374,84 € HT, 449,80 € TTC" in told[ACCOUNTANT]
    assert "- Enedis : 21,90 € HT, — TTC" in told[ACCOUNTANT]
    assert "Lumière du Midi F20251100002" in told[ACCOUNTANT]
    assert "CE QU'IL FAUT FAIRE" not in told[ACCOUNTANT]
    assert "comme comptable de l'opération ACC00000042" in told[ACCOUNTANT]


def test_an_address_with_two_roles_gets_one_mail_with_both_parts(home):
    declare(home, {"accountant": ["x@y.example"], "elected_official": ["X@y.example"]})
    [one] = messages(home).values()
    text = one.body(None).text
    assert "CE QU'IL FAUT FAIRE" in text
    assert "COMPTES" in text
    assert "comme élue ou élu et comptable" in text


def test_the_page_says_what_the_text_says_and_fetches_nothing(home):
    made = body(home, ACCOUNTANT)
    page = Reader(made.html)
    for figure in ("396,74 € HT", "374,84 €", "449,80 €", "F20251100002", "rapport d'octobre 2025"):
        assert figure in plain(page.text)
        assert figure in plain(made.text)
    assert page.fetched == ["cid:graphique"]
    assert page.alts[0].startswith("Production de chaque jour")
    assert 'style="' in made.html
    assert "<script" not in made.html


def test_the_picture_and_the_attachments_are_what_they_say(home):
    made = body(home, MANAGER)
    [picture] = made.pictures
    assert picture.data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture.data[16:24])
    assert width >= 500 > height >= 300
    assert len(picture.data) < 150_000
    page, paper, workbook = made.attachments
    assert (page.name, paper.name, workbook.name) == ("rapport.html", "rapport.pdf", "rapport.xlsx")
    assert paper.data.startswith(b"%PDF-")
    assert "Soleil partagé de Fontbelle" in page.data.decode("utf-8")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook.data)).namelist()


def test_names_from_outside_are_text(home):
    change(
        home, "UPDATE marts.operation SET name = ?, organiser = ?", "<img src=//x.example> & Cie\nBcc: z", "<b>O</b>"
    )
    declare(home, {"accountant": [ACCOUNTANT]})
    made = body(home, ACCOUNTANT)
    assert Reader(made.html).fetched == ["cid:graphique"]
    assert "<b>O" not in made.html
    assert "&lt;img src=//x.example&gt; &amp; Cie" in made.html
    assert "<img src=//x.example> & Cie" in made.text


def test_a_correction_says_what_it_replaces(home):
    made = body(home, MAYOR, datetime(2025, 11, 10, 8, 30, tzinfo=UTC))
    assert plain(made.text).startswith(
        "RECTIFICATIF. Des données ont changé : ce rapport remplace celui envoyé le 10 novembre 2025."
    )
    assert "remplace celui envoyé le 10 novembre 2025" in plain(Reader(made.html).text)
    assert "Rectificatif" not in body(home, MAYOR).html


def test_beyond_the_limit_the_mail_says_where_the_report_is(home):
    place = str(Home(home).reports / "2025-10" / OPERATION)
    made = body(home, MAYOR, settings=Settings(host="h", port=25, sender="a@b.example", max_attachment_mb=0))
    assert made.attachments == ()
    assert place in made.text
    assert place in Reader(made.html).text
    small = body(home, MAYOR, settings=Settings(host="h", port=25, sender="a@b.example", max_attachment_mb=0.06))
    assert [file.name for file in small.attachments] == ["rapport.xlsx"]
    assert "Non joint, car trop volumineux : rapport.html, rapport.pdf." in plain(small.text)


def test_served_reports_are_linked(home):
    settings = Settings(host="h", port=25, sender="a@b.example", reports_url="https://acc.example/rapports/")
    made = body(home, MAYOR, settings=settings)
    link = f"https://acc.example/rapports/2025-10/{OPERATION}/rapport.html"
    assert link in made.text
    assert link in Reader(made.html).fetched


def test_two_periods_of_a_month_have_two_folders_and_two_subjects(home):
    change(
        home,
        "INSERT INTO marts.operation_month BY NAME SELECT * REPLACE (DATE '2025-10-15' AS period_start) "
        "FROM marts.operation_month WHERE period_start = DATE '2025-10-01'",
    )
    change(
        home, "UPDATE marts.operation_month SET period_end = DATE '2025-10-14' WHERE period_start = DATE '2025-10-01'"
    )
    declare(home, {"accountant": [ACCOUNTANT]})
    settings = Settings(host="h", port=25, sender="a@b.example", reports_url="https://acc.example")
    first, second = mail.messages(home, [OCTOBER], settings)
    assert plain(first.subject) == "Soleil partagé de Fontbelle : rapport du 1er au 14 octobre 2025"
    assert plain(second.subject) == "Soleil partagé de Fontbelle : rapport du 15 au 31 octobre 2025"
    assert f"/2025-10/{OPERATION}_2025-10-01/rapport.html" in first.body(None).text
    assert f"/2025-10/{OPERATION}_2025-10-15/rapport.html" in second.body(None).text


def test_a_period_without_any_figure_is_still_told(home):
    change(home, "DELETE FROM marts.curve")
    change(
        home,
        "UPDATE marts.operation_month SET production_kwh = NULL, published_production_kwh = NULL, steps_missing = 12, "
        "self_consumption_rate = NULL, self_production_rate = NULL WHERE month = DATE '2025-10-01'",
    )
    made = body(home, MANAGER)
    assert made.pictures == ()
    assert "Produit : — (Il manque 12 points de courbe)" in plain(made.text)
    assert Reader(made.html).fetched == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE marts.operation_month SET surplus_kwh = surplus_kwh + 0.02 WHERE month = DATE '2025-10-01'",
        "UPDATE marts.consumer_month SET complement_kwh = complement_kwh - 0.02 WHERE prm = '30001000000012'",
        "UPDATE marts.producer_month SET surplus_kwh = NULL WHERE prm = '30001000000021'",
        "UPDATE marts.finding SET amount_eur = 187.43 WHERE finding_id = '0000000000000001'",
        "UPDATE marts.finding SET message = 'Autre chose' WHERE finding_id = '0000000000000006'",
        "DELETE FROM marts.finding WHERE finding_id = '0000000000000004'",
        "UPDATE marts.invoice_reconciliation SET verdict = 'matches' WHERE invoice_number = 'F20251100005'",
        "UPDATE marts.operation_month SET steps_estimated = 41 WHERE month = '2025-10-01'",
    ],
)
def test_another_fact_is_another_report(home, statement):
    before = digest(home), digest(home, [SEPTEMBER])
    change(home, statement)
    after = digest(home), digest(home, [SEPTEMBER])
    assert before[0] != after[0]
    assert before[1] == after[1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE marts.operation_month SET production_kwh = production_kwh * (1 + 1e-15)",
        "UPDATE marts.operation_month SET coverage_rate = coverage_rate * (1 + 1e-15)",
        "UPDATE marts.finding SET evidence = NULL",
        "ALTER TABLE marts.operation_month ADD COLUMN of_a_later_version INTEGER DEFAULT 1",
        "UPDATE marts.operation SET name = 'Soleil partagé de Font-Belle'",
        "CREATE TABLE other AS SELECT * FROM marts.consumer_month ORDER BY prm DESC; DELETE FROM marts.consumer_month; "
        "INSERT INTO marts.consumer_month BY NAME SELECT * FROM other; DROP TABLE other",
    ],
)
def test_what_is_no_fact_corrects_nothing(home, statement):
    before = digest(home)
    change(home, statement)
    assert digest(home) == before


def test_months_leave_by_themselves_from_the_first_sending_on(home):
    assert mail.months_to_send(home, is_preview=True) == (OCTOBER,)
    assert not (home / "outbox").exists()
    assert mail.months_to_send(home) == (OCTOBER,)
    change(
        home,
        "INSERT INTO marts.operation_month BY NAME SELECT * REPLACE (DATE '2025-12-01' AS period_start, "
        "DATE '2025-12-31' AS period_end, DATE '2025-12-01' AS month) FROM marts.operation_month "
        "WHERE period_start = DATE '2025-10-01'",
    )
    assert mail.months_to_send(home) == (OCTOBER, date(2025, 12, 1))
    with open_outbox(home) as outbox:
        outbox.trying(messages(home, [SEPTEMBER])[MAYOR])
    assert mail.months_to_send(home) == (SEPTEMBER, OCTOBER, date(2025, 12, 1))


def test_an_operation_without_recipients_is_told_to_nobody(home):
    change(home, "UPDATE marts.operation SET recipients = NULL")
    assert messages(home) == {}
    assert mail.months_to_send(home) == ()
