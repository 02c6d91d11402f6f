"""`claims_sent.csv`: what was claimed is noted once, may be edited by hand, and is never lost by a damaged line."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from energy_pipeline.claims import SENT, Sent, SentError, hide, read_sent, record

DAY, LATER = date(2025, 12, 5), date(2026, 1, 10)
PRM, OTHER = "30001000000011", "30001000000012"
ONE = Sent(
    sent_on=DAY, party="supplier", supplier="Électricité & Lueurs", operation_id="ACC00000011", month=date(2025, 9, 1),
    invoice_number="F;9", detail_id="0001", prm=PRM, period_start=date(2025, 9, 1), check_name="over_billed",
    amount_eur=Decimal("100.05"), amount_ttc_eur=Decimal("120.06"), known_corrections=None,
    finding_id="b51090fc9237d92b",
)  # fmt: skip
VAT_ALONE = replace(ONE, prm=OTHER, amount_eur=None, amount_ttc_eur=Decimal("2.40"), finding_id="0ed84043f9449cb9")
HEADER = "sent_on;party;supplier;operation_id;invoice_number;prm;check_name;amount_eur;finding_id\n"
LINE = "05/12/2025;supplier;Lueurs;ACC00000011;F9;30001000000011;over_billed;1 100,05;b51090fc9237d92b\n"


def test_what_is_noted_is_read_again_with_its_euros_and_its_letters(tmp_path):
    assert read_sent(tmp_path) == []
    assert record(tmp_path, [ONE, VAT_ALONE]) == 2
    assert read_sent(tmp_path) == [ONE, VAT_ALONE]
    assert (tmp_path / SENT).stat().st_mode & 0o777 == 0o600
    # As a French spreadsheet opens it: UTF-8 that says so, semicolons, decimal commas.
    assert (tmp_path / SENT).read_bytes().startswith(b"\xef\xbb\xbfsent_on;party;supplier;")
    assert ";100,05;120,06;" in (tmp_path / SENT).read_text("utf-8-sig")
    assert [path.name for path in tmp_path.iterdir()] == [SENT]
    (tmp_path / SENT).chmod(0o640)
    record(tmp_path, [replace(ONE, sent_on=LATER)])
    assert (tmp_path / SENT).stat().st_mode & 0o777 == 0o640


def test_the_same_letter_is_noted_once_and_a_reminder_is_another_one(tmp_path):
    record(tmp_path, [ONE])
    before = (tmp_path / SENT).read_bytes()
    assert record(tmp_path, [ONE]) == 0
    assert (tmp_path / SENT).read_bytes() == before
    assert record(tmp_path, [ONE, replace(ONE, sent_on=LATER)]) == 1
    assert [one.sent_on for one in read_sent(tmp_path)] == [DAY, LATER]


def test_what_was_edited_by_hand_stays_as_it_is_written(tmp_path):
    by_hand = "# envoyé par Odile\r\nnote;sent_on;finding_id;party;supplier;check_name;amount_eur\r\n"
    by_hand += "relancé par téléphone;5/12/2025;;supplier;Lueurs;over_billed;12,34"
    (tmp_path / SENT).write_bytes(by_hand.encode("cp1252"))
    assert record(tmp_path, [ONE]) == 1
    kept, added = (tmp_path / SENT).read_text("utf-8-sig").splitlines()[2:]
    assert kept == "relancé par téléphone;5/12/2025;;supplier;Lueurs;over_billed;12,34"
    assert added == ";2025-12-05;b51090fc9237d92b;supplier;Électricité & Lueurs;over_billed;100,05"
    assert [(one.sent_on, one.finding_id, one.amount_eur) for one in read_sent(tmp_path)] == [
        (DAY, None, Decimal("12.34")), (DAY, "b51090fc9237d92b", Decimal("100.05")),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LINE.replace("05/12/2025", "hier"), "Date illisible : JJ/MM/AAAA attendu. (ligne 2, colonne « sent_on », "),
        (LINE + LINE.replace("1 100,05", "trop"), "illisible. (ligne 3, colonne « amount_eur », valeur « trop »)"),
        (LINE.replace("30001000000011", "3,0001E+13"), "arrondi par un tableur"),
        (LINE.replace("supplier", "mairie"), "supplier, enedis). (ligne 2, colonne « party », valeur « mairie »)"),
        (LINE.replace("supplier;", "enedis;").replace(";ACC00000011", ";"), "(ligne 2, colonne « operation_id »"),
        (LINE.replace("05/12/2025", ""), "Valeur obligatoire absente. (ligne 2, colonne « sent_on »"),
        (LINE.replace("Lueurs", '"Lueurs'), "Valeur obligatoire absente. (ligne 2, colonne « check_name »"),
    ],
)  # fmt: skip
def test_a_damaged_line_is_told_and_nothing_is_written(tmp_path, content: str, said: str):
    refused(tmp_path, HEADER + content, said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER.replace(";check_name", "") + LINE, "absente : check_name. (ligne 1"),
        ("", "sent_on, party, check_name, finding_id. (ligne 1"),
        ("PK\x03\x04\x00", "n'est pas un texte lisible"),
    ],
)
def test_a_file_that_is_no_such_file_is_told(tmp_path, content: str, said: str):
    refused(tmp_path, content, said)


def refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / SENT).write_text(content, encoding="utf-8")
    for touch in (read_sent, lambda home: record(home, [ONE]), lambda home: hide(home, PRM, str, str)):
        with pytest.raises(SentError) as told:
            touch(tmp_path)
        assert said in str(told.value) and str(tmp_path / SENT) in str(told.value)
    assert (tmp_path / SENT).read_text(encoding="utf-8") == content


def test_who_holds_a_point_is_forgotten_and_the_euros_stay(tmp_path):
    record(tmp_path, [ONE, VAT_ALONE])
    path = tmp_path / SENT
    path.write_text(path.read_text("utf-8-sig") + "# Mme Odette Brun a payé\n", encoding="utf-8")
    hide(
        tmp_path,
        PRM,
        lambda text: text.replace(PRM, "00123456789012").replace("Mme Odette Brun", "Participant effacé"),
        lambda finding: f"constat-{finding[::-1]}",
    )
    content = path.read_text("utf-8-sig")
    assert PRM not in content and "Odette" not in content and ONE.finding_id not in content
    hidden = replace(ONE, prm="00123456789012", finding_id="constat-b29d7329cf09015b")
    assert read_sent(tmp_path) == [hidden, VAT_ALONE]
