"""Annexe 5 and Annexe 2.12 as the convention prints them, and the faults that Enedis would find."""

from datetime import date

import numpy as np
import pytest

from energy_pipeline.formats import annexe2
from energy_pipeline.formats.model import BadFile
from energy_pipeline.keys import check as checking
from energy_pipeline.keys import files
from energy_pipeline.keys.check import Expected, check
from energy_pipeline.keys.situation import KeyInputError

ONE, TWO = "30001000000011", "30001000000022"
DAY = date(2024, 11, 1)
NAME = "ACC00000001_15_01112024_01112024.txt"
EXPECTED = Expected("ACC00000001", DAY, DAY, frozenset({ONE, TWO}))


def written(day: date = DAY, last: date | None = None) -> bytes:
    steps = len(files.labels(day, last or day, 15))
    return files.write_dynamic([ONE, TWO], np.tile([[5081], [3986]], steps), day, last or day, 15)


def lines() -> list[str]:
    return written().decode().splitlines()


def test_the_printed_example():
    """Convention §11.5.1: name, header and first lines."""
    month = written(DAY, date(2024, 11, 30)).decode().splitlines()
    assert files.dynamic_name("ACC00000001", DAY, date(2024, 11, 30), 15) == "ACC00000001_15_01112024_30112024.txt"
    assert month[:3] == [f"Horodate;{ONE};{TWO}", "01/11/2024 00:00;50,81;39,86", "01/11/2024 00:15;50,81;39,86"]
    assert month[-1] == "30/11/2024 23:45;50,81;39,86"
    assert len(month) == 1 + 30 * 96


def test_the_changes_of_hour():
    october = [line[:16] for line in written(date(2025, 10, 26)).decode().splitlines()[1:]]
    assert len(october) == 100
    assert october[8:16] == [f"26/10/2025 02:{minute}" for minute in ("00", "15", "30", "45")] * 2
    march = [line[:16] for line in written(date(2025, 3, 30)).decode().splitlines()[1:]]
    assert len(march) == 92
    assert march[7:9] == ["30/03/2025 01:45", "30/03/2025 03:00"]
    assert len(written(date(2025, 10, 1), date(2025, 10, 31)).decode().splitlines()) == 1 + 2980


@pytest.mark.parametrize("key", [np.full((2, 95), 10), np.full((2, 96), 6000), np.full((2, 96), -1)])
def test_a_key_that_does_not_fit_is_not_written(key):
    with pytest.raises(ValueError, match=r"steps|exceeds"):
        files.write_dynamic([ONE, TWO], key, DAY, DAY, 15)


def faults(changed: list[str], name: str = NAME, expected: Expected = EXPECTED) -> list[str]:
    return [str(fault) for fault in check(name, "\r\n".join(changed).encode(), expected)]


def test_a_good_file_has_no_fault():
    assert faults(lines()) == []
    assert check(NAME, written().replace(b"\r\n", b"\n"), EXPECTED) == []


@pytest.mark.parametrize(
    ("line", "before", "after", "words"),
    [
        (1, "Horodate", "Date", ["Horodate", "ligne 1", "« Date »"]),
        (1, TWO, "3000100000002", ["14 chiffres", "colonne « 3 »", "« 3000100000002 »"]),
        (1, TWO, ONE, ["deux colonnes", "colonne « 3 »", ONE]),
        (1, TWO, "30001000000033", ["absent du périmètre", "30001000000033"]),
        (5, "50,81", "50.81", ["deux décimales", "ligne 5", ONE, "« 50.81 »"]),
        (5, "50,81", "50,815", ["deux décimales", "« 50,815 »"]),
        (5, "50,81", "", ["deux décimales", "ligne 5"]),
        (5, "50,81", "-1,00", ["deux décimales", "« -1,00 »"]),
        (5, "50,81", "60,15", ["somme", "dépasse 100 %", "ligne 5", "« 100,01 »"]),
        (5, "50,81", "100,01", ["supérieur à 100 %", "ligne 5", "« 100,01 »"]),
        (5, ";39,86", "", ["3 colonnes attendues, 2 lues", "ligne 5"]),
        (5, "39,86", "39,86;", ["Point-virgule de trop", "ligne 5"]),
        (5, "00:45", "00:46", ["Horodate hors", "ligne 5", "« 01/11/2024 00:46 »"]),
        (5, "01/11/2024", "02/11/2024", ["Horodate hors", "ligne 5"]),
        (5, "01/11/2024", "2024-11-01", ["mal écrite", "ligne 5"]),
    ],
)
def test_each_fault_names_its_place(line, before, after, words):
    changed = lines()
    assert before in changed[line - 1]
    changed[line - 1] = changed[line - 1].replace(before, after)
    found = "\n".join(faults(changed))
    for word in words:
        assert word in found


def test_missing_doubled_and_shuffled_steps_are_told_once_each():
    full = lines()
    (missing,) = faults(full[:10] + full[12:])
    assert "Il manque 2 pas depuis le 01/11/2024 02:15" in missing
    assert "ligne 11" in missing
    (last,) = faults(full[:-1])
    assert "Il manque le pas du 01/11/2024 23:45 à la fin" in last
    (doubled,) = faults([*full[:11], full[10], *full[11:]])
    assert "en double" in doubled
    assert "ligne 12" in doubled
    assert "Ligne vide. (ligne 3)" in faults([*full[:2], "", *full[2:]])


def test_autumn_needs_its_hour_twice():
    day = date(2025, 10, 26)
    expected = Expected("ACC00000001", day, day, EXPECTED.consumers)
    name = "ACC00000001_15_26102025_26102025.txt"
    full = written(day).decode().splitlines()
    assert faults(full, name, expected) == []
    (found,) = faults(full[:9] + full[13:], name, expected)
    assert "Il manque 4 pas depuis le 26/10/2025 02:00" in found


def test_a_consumer_of_the_perimeter_must_be_there():
    wider = Expected("ACC00000001", DAY, DAY, frozenset({ONE, TWO, "30001000000033"}))
    (found,) = faults(lines(), NAME, wider)
    assert "absent du fichier" in found
    assert "30001000000033" in found


def test_name_and_period_must_be_those_expected():
    (found,) = faults(lines(), "ACC00000001_30_01112024_01112024.txt")
    assert NAME in found
    longer = Expected("ACC00000001", DAY, date(2024, 11, 2), EXPECTED.consumers)
    assert any("Il manque 96 pas" in each for each in faults(lines(), NAME, longer))


def test_what_is_no_text_or_nothing():
    assert "vide" in str(check(NAME, b"", EXPECTED)[0])
    assert "texte lisible" in str(check(NAME, b"H\x00o", EXPECTED)[0])
    (bom,) = check(NAME, b"\xef\xbb\xbf" + written(), EXPECTED)
    assert "BOM" in str(bom)


@pytest.mark.parametrize("name", ["cles.txt", "ACC00000001_15_31022024_30112024.txt", "ACC1_15_01112024_30112024.txt"])
def test_a_name_that_says_nothing_is_refused(name):
    with pytest.raises(BadFile):
        checking.parse_name(name)


PARTICIPANTS = [
    {"prm": ONE, "role": "consumer", "name": "École du Bœuf", "address": "1 rue de l’Église",
     "siret_rna": "99900101900010", "power_kw": None, "installation": None},
    {"prm": "00000000000011", "role": "consumer", "name": "Mairie", "address": "2 rue Haute", "siret_rna": "W09878987",
     "power_kw": None, "installation": None},
    {"prm": TWO, "role": "producer", "name": "Commune", "address": "3 rue Basse", "siret_rna": "99900101900010",
     "power_kw": 36.0, "installation": "SOLAIRE PHOTOVOLTAIQUE"},
]  # fmt: skip


def test_annexe_2_12_is_what_the_convention_prints():
    content = files.write_static(PARTICIPANTS, {ONE: 2334})
    assert content.decode("iso-8859-1").splitlines() == [
        "TYPE;PRM;RACCO;RAISON SOCIALE;ADRESSE;SIRET_RNA;COEF_STATIC;MAIL;PUISSANCE;INSTALLATION",
        f"CONS;{ONE};;École du Boeuf;1 rue de l'Église;99900101900010;23,34;;;",
        "CONS;'00000000000011;;Mairie;2 rue Haute;W09878987;0,00;;;",
        f"PROD;{TWO};;Commune;3 rue Basse;99900101900010;;;36;SOLAIRE PHOTOVOLTAIQUE",
    ]
    assert files.static_name("ACC00000001", date(2025, 10, 1)) == "ACC00000001_20251001_ANNEXE2.12.csv"


def test_annexe_2_12_is_read_back():
    name = files.static_name("ACC00000001", date(2025, 10, 1))
    rows = annexe2.read_participants(name, files.write_static(PARTICIPANTS, {ONE: 2334}), date(2025, 10, 2)).rows
    assert [(row["prm"], row["role"], row["share"] and float(row["share"])) for row in rows] == [
        (ONE, "consumer", 0.2334), ("00000000000011", "consumer", 0), (TWO, "producer", None),
    ]  # fmt: skip


def test_what_annexe_2_12_cannot_hold_is_refused():
    with pytest.raises(KeyInputError, match="point-virgule"):
        files.write_static([PARTICIPANTS[0] | {"name": "A;B"}], {})
    with pytest.raises(KeyInputError, match="ISO-8859-1"):
        files.write_static([PARTICIPANTS[0] | {"name": "Ωmega"}], {})
    with pytest.raises(KeyInputError, match=TWO):
        files.write_static(PARTICIPANTS, {TWO: 100})
    with pytest.raises(ValueError, match="exceeds"):
        files.write_static(PARTICIPANTS, {ONE: 9000, "00000000000011": 1001})
    with pytest.raises(ValueError, match="characters"):
        files.static_name("Opération d'un nom beaucoup trop long", date(2025, 10, 1))


def test_what_stays_to_be_typed_is_named():
    empty = PARTICIPANTS[0] | {"siret_rna": None}
    assert files.to_complete([empty, PARTICIPANTS[2]]) == [f"CONS {ONE} : SIRET_RNA", f"PROD {TWO} : MAIL"]
