"""The reminders: of what was sent and still stands, with the days of the letters before; letters ask for the rest."""

from dataclasses import replace
from datetime import date

import pytest

from energy_pipeline.claims import Selection, noted, read, write_claims
from tests.unit.claims.conftest import ACC, EVIL_SITE, SUN, paper
from tests.unit.claims.test_letters import letter_of, path_of, plain, words

SENT_ON, REMINDED_ON, DAY = date(2025, 12, 5), date(2026, 1, 10), date(2026, 2, 10)


@pytest.fixture(scope="module")
def sent(publication):
    """Return what is noted of the bill F9 and of Enedis's split, and of a reminder of the latter."""
    claims = [one for one in read(publication, Selection()).claims if one.invoice_number in ("F9", None)]
    rows = [noted(claim, SENT_ON) for claim in claims]
    return [*rows, *(replace(row, sent_on=REMINDED_ON) for row in rows if row.party == "enedis")]


@pytest.fixture(scope="module")
def reminders(publication, sent, tmp_path_factory):
    out = tmp_path_factory.mktemp("reminders")
    return write_claims(publication, out, day=DAY, sent=sent, again=True, contest_default_keys=True)


def said_by(letter) -> list[str]:
    return [plain(words(path_of(letter, ".docx"))), plain(paper(path_of(letter, ".pdf")))]


def test_what_was_sent_is_reminded_and_the_rest_is_in_the_letters(publication, sent, reminders, tmp_path):
    assert [(one.addressee, one.operations) for one in reminders] == [(SUN, (ACC,)), ("Enedis", (ACC,))]
    assert {path.name.split("_")[0] for one in reminders for path in one.paths} == {"relance"}
    letters = write_claims(publication, tmp_path, day=DAY, sent=sent)
    said = words(path_of(letter_of(letters, SUN, ACC), ".docx"))
    assert "F10" in said and "F9" not in said and "Relance" not in said
    assert "Enedis" not in {one.addressee for one in letters}


def test_the_supplier_is_reminded_of_the_first_letter(reminders):
    for said in said_by(letter_of(reminders, SUN, ACC)):
        for expected in (
            "Relance : erreurs de facturation, du 01/09/2025 au 30/09/2025",
            "Rappel de : notre lettre du 5 décembre 2025", "Par notre lettre du 5 décembre 2025",
            "le 10 février 2026", "1 erreur sur 1 facture", "100,05 € HT, 120,06 € TTC", "05/12/2025", "120,06",
            "(30,00 € HT selon vos factures)", "quinze jours", "Copie de notre lettre du 5 décembre 2025",
            "factures_9.xlsx, ligne 7",
        ):  # fmt: skip
            assert expected in said, expected
        for unsaid in ("F10", "50,10", EVIL_SITE[:10], "{%", "{{", "Code civil"):
            assert unsaid not in said, unsaid


def test_enedis_is_reminded_of_both_letters_and_default_keys_are_not_contested_again(reminders):
    for said in said_by(letter_of(reminders, "Enedis", ACC)):
        for expected in (
            "Relance : répartition publiée contestée", "Par nos lettres du 5 décembre 2025 et du 10 janvier 2026",
            "La répartition publiée s’écarte du recalcul.", "20,01 € HT", "article 8.8",
            "de fixer avec nous la rencontre", "30001000000021, producteur",
        ):  # fmt: skip
            assert expected in said, expected
        assert "4.4.3" not in said and "{%" not in said
