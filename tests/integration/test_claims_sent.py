"""Claims followed through real files: letters leave, then a credit and a corrected line arrive, an export is withdrawn.

Euros typed by hand, each from one change in the right bills of `tests.bill_corpus`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest

from energy_pipeline.claims import SENT
from energy_pipeline.demo.bills import credit
from energy_pipeline.demo.direct_view import Row, invoices_file
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.world import operation
from tests.bill_corpus import CURVES, OCTOBER, Case, number, right_rows, write
from tests.bill_errors import D, added, reduced, totals_follow
from tests.forked_runs import Runs, forking
from tests.unit.claims.conftest import paper
from tests.unit.claims.test_letters import words

VARIABLE, TAX, VAT, TOO_LOW, WITHDRAWN, NEW = 100, 101, 102, 103, 150, 151
"""Sites: the first digits of the numbers of their bills."""
CASES = {
    VARIABLE: totals_follow(1, MONTANT_ACHEMINEMENT_VARIABLE=D("58.40")),  # 58,40 − 48,40: 10,00, 12,00 TTC
    TAX: totals_follow(1, MONTANT_TCFE=D("5.63")),  # a tax that ended: 5,63, 6,76 TTC
    VAT: added(1, TVA_TN="3", TOTAL_TTC="3"),  # 3,00 of VAT alone
    TOO_LOW: lambda rows: reduced(rows[1], "22.20"),  # 22,20 × (20 % − 5,5 %) = 3,22 of VAT that lacks
    WITHDRAWN: added(1, TOTAL_HORS_TVA="12.34", ASSIETTE_TVA_TN="12.34", TVA_TN="2.47", TOTAL_TTC="14.81"),
    NEW: totals_follow(1, MONTANT_TDCFE=D("1.88")),  # 1,88, 2,26 TTC
}
SENT_ON, REMINDED_ON = "2026-05-12", "2026-06-11"


def right(serial: int) -> list[Row]:
    acc = operation(3, consumers=8, producers=1, months=CURVES[1], first=CURVES[0], seed=5)
    return right_rows(acc, serial, Case("", {}))


def wrong(serial: int) -> list[Row]:
    rows = right(serial)
    CASES[serial](rows)
    return rows


def bill(serial: int) -> str:
    return number(serial, OCTOBER)


@dataclass(frozen=True)
class House:
    runs: Runs
    inbox: Path
    home: Path

    def export(self, name: str, rows: list[Row], day: date) -> None:
        Inbox(self.inbox).write(f"fournisseur/{name}", invoices_file(rows, day), datetime.combine(day, time(8)))

    def run(self, options: str = "") -> None:
        done = self.runs.run(self.inbox, self.home, options=options)
        assert done.code == 0, done.said

    def claims(self, *options: str | Path, code: int = 0) -> str:
        done = self.runs.command("claims", "--home", self.home, *options)
        assert done.code == code and "Traceback" not in done.said, done.said
        return re.sub(r"\s+", " ", done.said)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Make a home whose letters leave: five claims, of which one VAT alone, and a VAT that lacks, in no letter."""
    folder = tmp_path_factory.mktemp("sent")
    write(folder / "inbox", [Case("", {}, CASES[serial]) for serial in (VARIABLE, TAX, VAT, TOO_LOW)])
    (folder / "inbox/fournisseur/DirectView_factures_gaz.xlsx").unlink()
    with forking() as runs:
        house = House(runs, folder / "inbox", folder / "home")
        house.export("DirectView_autre.xlsx", wrong(WITHDRAWN), date(2026, 5, 10))
        house.run()
        yield house


@pytest.fixture(scope="module")
def sent(house: House) -> str:
    return house.claims("--sent", SENT_ON)


@pytest.fixture(scope="module")
def later(house: House, sent: str) -> House:
    """Have a credit of one bill, a corrected line of another and a new error arrive; withdraw an export; rebuild."""
    day = date(2026, 6, 5)
    given = credit(wrong(VARIABLE)[1], number(VARIABLE, OCTOBER, 9), date(2026, 6, 1))
    house.export("DirectView_factures_06.xlsx", [given, right(TAX)[1], *wrong(NEW)], day)
    (house.inbox / "fournisseur/DirectView_autre.xlsx").unlink()
    house.run("--rebuild")
    return house


def test_what_leaves_is_noted_once_with_its_euros(house: House, sent: str):
    assert "4 27,97 € 36,57 € Total" in sent  # 10,00 + 5,63 + 12,34; TTC 12,00 + 6,76 + 3,00 + 14,81
    assert "Facturé en moins" in sent and "3,22 € TTC (TVA seule), 1 constat(s)" in sent
    assert "4 constats, lettres parties le 12 mai 2026" in sent
    before = (house.home / SENT).read_bytes()
    again = house.claims("--sent", SENT_ON)
    assert "Rien à réclamer." in again and "Rien de nouveau à noter." in again
    assert "Lettre du Destinataire Réclamé € Réglé € Inexpliqué € Reste dû €" in again
    assert "Total 4 constats 27,97 HT — — 27,97 HT 36,57 TTC 36,57 TTC" in again
    assert (house.home / SENT).read_bytes() == before
    assert "Aucune lettre à écrire." in house.claims("--out", house.home.parent / "none")
    assert not (house.home.parent / "none").exists()


def test_a_day_to_come_is_no_day_of_a_letter(house: House, sent: str):
    assert "ce jour est à venir" in house.claims("--sent", "2999-01-01", code=2)


def test_what_is_settled_vanished_and_due_is_told_apart(later: House):
    said = later.claims("--date", REMINDED_ON)
    assert "hors opération 1 1 1,88 € 2,26 € Total 1 1,88 €" in said  # what is new only
    # Settled: 10,00 + 5,63, and 12,00 + 6,76; the VAT is due; nothing says what became of the withdrawn bill.
    assert "12/05/2026 TotalEnergies 27,97 HT 15,63 HT 12,34 HT 3,00 TTC 30 jours" in said
    settled, vanished = said.split("Réglé :")[1].split("Inexpliqué : ne figure plus aux constats")
    assert f"facture {bill(VARIABLE)}, point 30001009900100, 10,00 € HT – 12,00 € TTC : avoir n° " in settled
    assert f"avoir n° {number(VARIABLE, OCTOBER, 9)} du 01/06/2026." in settled
    assert f"{bill(TAX)}, point 30001009900101, 5,63 € HT – 6,76 € TTC : ligne remplacée par un export" in settled
    assert f"{bill(WITHDRAWN)}, point 30001009900150, 12,34 € HT – 14,81 € TTC : la facture n'est plus dans" in vanished
    assert bill(VAT) not in settled + vanished


def test_letters_ask_for_what_is_new_and_reminders_for_what_is_due(later: House, tmp_path: Path):
    later.claims("--out", tmp_path / "new", "--date", REMINDED_ON)
    said = words(next((tmp_path / "new").glob("reclamation_*.docx")))
    assert bill(NEW) in said and "1,88" in said and not [one for one in (VARIABLE, TAX, VAT) if bill(one) in said]
    told = later.claims("--out", tmp_path / "again", "--again", "--date", REMINDED_ON)
    assert "Une fois parties, le noter : --again --sent AAAA-MM-JJ." in told
    [document, *others] = (tmp_path / "again").glob("*.docx")
    assert document.name.startswith("relance_TotalEnergies") and not others
    for said in (words(document), re.sub(r"\s+", " ", paper(document.with_suffix(".pdf")))):
        for expected in ("Relance", "Par notre lettre du 12 mai 2026", "le 11 juin 2026", bill(VAT), "3,00 € TTC"):
            assert expected in said, expected
        assert not [one for one in (VARIABLE, TAX, WITHDRAWN, NEW) if bill(one) in said]
    sheet = openpyxl.load_workbook(document.with_suffix(".xlsx")).active
    assert [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)] == [bill(VAT), "Total"]


def test_a_reminder_is_noted_and_named_by_the_next_one(later: House, tmp_path: Path):
    assert "1 constat, lettres parties le 11 juin 2026" in later.claims("--again", "--sent", REMINDED_ON)
    assert re.search("60 jours .* relance .* 11/06/2026", later.claims("--date", "2026-07-11"))
    later.claims("--out", tmp_path, "--again", "--date", "2026-07-11")
    assert "Par nos lettres du 12 mai 2026 et du 11 juin 2026" in words(next(tmp_path.glob("*.docx")))


def test_a_damaged_file_is_told_with_its_line_and_column(later: House):
    path = later.home / SENT
    before = path.read_bytes()
    path.write_bytes(before.replace(b"10,00;12,00", b"10,00;douze"))
    said = later.claims("--sent", REMINDED_ON, code=1)
    assert (
        "Nombre illisible. (ligne 2, colonne « amount_ttc_eur », valeur « douze »)" in said and str(path.name) in said
    )
    path.write_bytes(before)
