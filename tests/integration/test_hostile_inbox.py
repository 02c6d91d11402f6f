"""One hostile inbox through the whole chain: what others write is shown as they wrote it, and does nothing anywhere.

Names of sites, people, operations, files and archives hold scripts, formulas, separators, headers, templates, paths and
escape sequences; every output is opened by the program that a reader opens it with. Secrets are looked for as well.
"""

import csv
import io
import json
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import duckdb
import openpyxl
import pytest
from docx import Document
from icalendar import Calendar
from markdown_it import MarkdownIt

from energy_pipeline.demo.generate import generate
from tests.browser.test_office import EVERY_SHEET, convert
from tests.browser.test_pages import browser  # noqa: F401  # a fixture
from tests.forked_runs import Outcome, Runs, forking
from tests.mail_server import USER, serving

SCRIPT = "<img src=x onerror=\"document.title='PRIS'\"><script>document.title='PRIS'</script>"
TEMPLATE = "{{ 7*7191 }}{% for x in y %}{# #}"
COMPUTED = "50337"
"""What TEMPLATE gives where it is run."""
FORMULAS = ('=HYPERLINK("http://pris.invalid","x")', "+1+cmd|'/C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)")
ESCAPE = "\x1b]0;PRIS\x07\x1b[2J\u202e"
LINK = "[x](javascript:alert(1)) ![](http://pris.invalid/x.png)"
OPERATION_NAME = f'Soleil\r\nBcc: pris@pris.invalid\r\n\r\n{SCRIPT} {TEMPLATE} {LINK}, a;b "c" \x1b]0;PRIS\x07'
SITES = {
    "École maternelle du Verger": FORMULAS[0], "Hôtel de ville": f"{SCRIPT} {TEMPLATE}",
    "Éclairage public centre": FORMULAS[1],
}  # fmt: skip
SMTP_PASSWORD, IMAP_PASSWORD, ZIP_PASSWORD = "motdepasse-SMTP-51c9", "motdepasse-IMAP-77e2", "motdepasse-ZIP-0b4d"
FILES = (
    "<img src=x onerror=document.title='PRIS'>.csv", "=cmd|' !A1.csv", f"nom{ESCAPE}.csv", "{{ 7*7191 }}.csv",
    "a\nBcc: pris@pris.invalid.csv", "[x](javascript:alert(1)).csv", "a;b,\"c\".csv",
)  # fmt: skip


@dataclass(frozen=True)
class House:
    runs: Runs
    folder: Path
    first_run: Outcome
    mails: list[EmailMessage]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def command(self, *words: str | Path) -> Outcome:
        return self.runs.command(*words, "--home", self.home)


def in_workbook(path: Path, names: dict[str, str]) -> None:
    """Put other names in the cells of a workbook, as texts."""
    book = openpyxl.load_workbook(path)
    for cell in (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value in names):
        cell.value = names[cell.value]
        cell.data_type = "s"
    book.save(path)


def make_inbox(inbox: Path) -> None:
    generate(inbox, operations=1, consumers=4, producers=1, months=1)
    for path in (inbox / "fournisseur").glob("*.xlsx"):
        in_workbook(path, SITES)
    for path in (inbox / "pmo").rglob("*2.12.csv"):
        text = path.read_text("cp1252").replace("Mme Élise Tournoy", FORMULAS[3] + SCRIPT)
        path.write_text(text.replace("Commune de Valsereine", TEMPLATE + LINK), "cp1252")
    declared = (inbox / "operations.toml").read_text("utf-8")
    name = OPERATION_NAME.replace("\\", "\\\\").replace('"', '\\"')
    for letter in "\r\n\x1b\x07":
        name = name.replace(letter, f"\\u{ord(letter):04x}")
    (inbox / "operations.toml").write_text(declared.replace("Soleil de Valsereine", name), "utf-8")
    for name in FILES:
        (inbox / name).write_text(f"{SCRIPT};{FORMULAS[0]}\n")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../../pris.csv", "a;b\n")
    (inbox / "chemins.zip").write_bytes(packed.getvalue())
    mail = EmailMessage()
    mail["Subject"] = f"Livraison {SCRIPT}"
    mail.set_content("Bonjour")
    mail.add_attachment(b"a;b\n", maintype="text", subtype="csv", filename="../../../pris.csv")
    (inbox / "livraison.eml").write_bytes(mail.as_bytes())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("hostile")
    make_inbox(folder / "inbox")
    home = folder / "home"
    home.mkdir()
    with pytest.MonkeyPatch.context() as patch, serving(password=SMTP_PASSWORD) as box:
        patch.setenv("ENERGY_PIPELINE_SMTP_PASSWORD", SMTP_PASSWORD)
        patch.setenv("ENERGY_PIPELINE_IMAP_PASSWORD", IMAP_PASSWORD)
        (home / "mail.toml").write_text(
            f'host = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\nuser = "{USER}"\n'
            'sender = "rapports@commune.example"\nalerts_to = ["informatique@commune.example"]\n'
        )
        (home / "mailbox.toml").write_text('host = "127.0.0.1"\nport = 1\nuser = "acc@commune.example"\n')
        (home / "passwords.toml").write_text(f'"chemins.zip" = "{ZIP_PASSWORD}"\n')
        with forking() as runs:
            ran = runs.run(folder / "inbox", home)
            assert ran.code == 3, ran.said
            yield House(runs, folder, ran, [mail for _, mail in box.mails])


def words_of_terminal(outcome: Outcome) -> str:
    assert not [letter for letter in outcome.said if not letter.isprintable() and letter not in "\n\u00a0\u202f"]
    assert "Traceback" not in outcome.said
    return outcome.said


def test_the_terminal_shows_names_and_obeys_none(house: House):
    assert "fichier" in words_of_terminal(house.first_run)
    inbox = ("--inbox", house.folder / "inbox")
    query = "SELECT name, address FROM operation JOIN participant USING (operation_id)"
    for words in (
        ("status",), ("status", *inbox), ("due",), ("claims",), ("history",), ("sql", query), ("sql", "FROM file"),
        ("sql", "FROM finding"), ("annexe2", "export", "--operation", "ACC00000101", "--out", house.folder / "a2"),
        ("forget", "30001000100103", *inbox),
    ):  # fmt: skip
        said = words_of_terminal(house.command(*words))
        assert COMPUTED not in said
    shown = words_of_terminal(house.command("sql", "SELECT name FROM operation"))
    assert "onerror" in shown.replace("\n", "") and "�" in shown


def test_nothing_was_written_outside(house: House):
    made = {path.name for path in house.folder.iterdir()}
    assert made <= {"inbox", "home", "a2", "letters", "eml", "export", "inbox_anomalies.csv"} and "pris.csv" not in made
    outside = [
        path for path in house.folder.parent.rglob("*pris.csv*") if (house.home / "quarantine") not in path.parents
    ]
    assert [path for path in outside if house.folder / "inbox" not in path.parents] == []
    for path in (house.home / "reports").rglob("*"):
        assert path.name.isascii() and " " not in path.name


@pytest.mark.browser
def test_no_page_runs_a_script_nor_fetches_anything(house: House, browser):  # noqa: F811
    pages = sorted((house.home / "reports").rglob("*.html"))
    assert len(pages) >= 6
    for path in pages:
        page = browser.new_page()
        fetched: list[str] = []
        page.on("request", lambda request, fetched=fetched: fetched.append(request.url))
        page.goto(path.as_uri(), wait_until="load")
        assert "PRIS" not in page.title() or SCRIPT in page.title(), path
        assert fetched == [path.as_uri()], path
        assert page.evaluate("document.querySelectorAll('script, img[onerror]').length") == 0, path
        assert page.evaluate("[...document.querySelectorAll('a')].filter(a => a.protocol == 'javascript:').length") == 0
        assert COMPUTED not in page.inner_text("body")
        page.close()
    report = next(path for path in pages if path.name == "rapport.html").read_text("utf-8")
    assert "onerror=&#34;" in report or "onerror=&quot;" in report, "the name is there, as text"


def all_texts_of(book: Path) -> list[str]:
    texts = []
    for sheet in openpyxl.load_workbook(book):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert not any(word in str(cell.value) for word in ("cmd|", "HYPERLINK", "SUM(1+1)")), cell
                texts.append(str(cell.value))
    return texts


def test_no_workbook_nor_letter_holds_a_formula_of_others(house: House):
    written = house.command("claims", "--out", house.folder / "letters")
    words_of_terminal(written)
    books = [*(house.home / "reports").rglob("*.xlsx"), *(house.folder / "letters").rglob("*.xlsx")]
    assert len(books) >= 2
    texts = [text for book in books for text in all_texts_of(book)]
    assert any(FORMULAS[0] in text for text in texts) and any(SCRIPT in text for text in texts)
    letters = list((house.folder / "letters").rglob("*.docx"))
    assert letters and COMPUTED not in " ".join(texts)
    for letter in letters:
        document = Document(str(letter))
        said = " ".join(p.text for p in document.paragraphs)
        said += " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
        assert COMPUTED not in said and "\x1b" not in said
        with zipfile.ZipFile(letter) as parts:
            assert not [n for n in parts.namelist() if b"pris.invalid" in parts.read(n) and n.endswith(".rels")]


@pytest.mark.office
def test_libreoffice_computes_none_of_them(house: House, tmp_path: Path):
    book = next((house.home / "reports").rglob("rapport.xlsx"))
    here = tmp_path / "rapport.xlsx"
    here.write_bytes(book.read_bytes())
    folder = convert(here, EVERY_SHEET)
    cells = {
        cell
        for path in folder.glob("rapport-*.csv")
        for row in csv.reader(path.open(encoding="utf-8"), delimiter=";")
        for cell in row
    }
    assert any(cell.startswith("=HYPERLINK(") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("#NAME", "#VALUE", "Err:"))]


def test_a_csv_export_has_the_rows_and_cells_of_the_table(house: House):
    said = house.command("sql", "--format", "csv", "SELECT operation_id, name FROM operation").said
    rows = list(csv.reader(io.StringIO(said, newline="")))
    assert rows == [["operation_id", "name"], ["ACC00000101", stored_name(house)]]
    exported = house.command("export", "--out", house.folder / "export", "--pseudonymised")
    assert exported.code == 0, exported.said


def stored_name(house: House) -> str:
    with duckdb.connect(str(house.home / "publication" / "energy.duckdb"), read_only=True) as connection:
        [[name]] = connection.execute("SELECT name FROM marts.operation").fetchall()
    return name


def test_mails_have_the_headers_and_recipients_that_we_gave_them(house: House):
    assert len(house.mails) >= 4
    for mail in house.mails:
        assert mail["Bcc"] is None and "pris.invalid" not in str(mail["To"])
        assert mail["Subject"].isprintable()
        html = mail.get_body(("html",)).get_content()
        assert "<script" not in html and "<img src=x" not in html and COMPUTED not in html
        text = mail.get_body(("plain",)).get_content()
        assert COMPUTED not in text and "\x1b" not in text


def test_the_calendar_has_the_events_and_properties_that_we_gave_it(house: House):
    content = (house.home / "publication" / "echeances.ics").read_bytes()
    calendar = Calendar.from_ical(content)
    names = {name for event in calendar.walk("VEVENT") for name in event}
    assert names and names <= {
        "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "CATEGORIES", "TRANSP", "CLASS", "STATUS",
        "ORGANIZER", "LAST-MODIFIED", "SEQUENCE",
    }  # fmt: skip
    assert b"\nBcc" not in content and b"\x1b" not in content


def test_dagster_shows_what_others_write_as_text_only(house: House):
    shown: list[str] = []
    for path in (house.home / "dagster").rglob("*.db"):
        with closing(sqlite3.connect(path)) as events:
            tables = {name for (name,) in events.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            if "event_logs" in tables:
                said = [event for (event,) in events.execute("SELECT event FROM event_logs")]
                assert "UrlMetadataEntryData" not in "".join(said)
                for event in said:
                    json.loads(
                        event, object_hook=lambda told: shown.append(told["md_str"]) if "md_str" in told else told
                    )
    assert shown
    for markdown in shown:
        tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
        kinds = {part.type for token in tokens for part in (token, *(token.children or ()))}
        assert "table_open" in kinds and kinds.isdisjoint({"html_block", "html_inline", "link_open", "image"})


def test_no_secret_is_written_or_said_anywhere(house: House):
    failed = house.command("fetch", "--inbox", house.folder / "inbox")
    assert failed.code == 1 and "Traceback" not in failed.said
    sent = house.command("send")
    said = house.first_run.said + failed.said + sent.said
    secrets = (SMTP_PASSWORD, IMAP_PASSWORD, ZIP_PASSWORD)
    shown = [
        path
        for path in house.home.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in secrets)
    ]
    assert shown == [house.home / "passwords.toml"]  # where the operator wrote it: the search does find
    assert not [word for word in secrets if word in said]


def test_no_secret_stands_on_a_command_line(house: House):
    house.runs.start(house.folder / "inbox", house.home)
    seen = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert house.runs.end().code in (1, 3)
    assert "forked_runs" in seen
    assert not [word for word in (SMTP_PASSWORD, IMAP_PASSWORD, ZIP_PASSWORD) if word in seen]
