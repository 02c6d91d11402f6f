"""Annexe 5 as the convention prints it, and the faults that Enedis would find."""

from datetime import date

import numpy as np
import pytest

from energy_pipeline.formats import dynamic_keys_write
from energy_pipeline.formats.dynamic_keys import labels_of
from energy_pipeline.formats.model import BadFile
from energy_pipeline.keys import check as checking
from energy_pipeline.keys.check import Expected, check

ONE, TWO = "30001000000011", "30001000000022"
DAY = date(2024, 11, 1)
NAME = "ACC00000001_15_01112024_01112024.txt"
EXPECTED = Expected("ACC00000001", DAY, DAY, frozenset({ONE, TWO}))


def written(day: date = DAY, last: date | None = None) -> bytes:
    steps = len(labels_of(day, last or day, 15))
    return dynamic_keys_write.write([ONE, TWO], np.tile([[5081], [3986]], steps), day, last or day, 15)


def lines() -> list[str]:
    return written().decode().splitlines()


def test_the_printed_example():
    """Convention §11.5.1: name, header and first lines."""
    month = written(DAY, date(2024, 11, 30)).decode().splitlines()
    name = dynamic_keys_write.file_name("ACC00000001", DAY, date(2024, 11, 30), 15)
    assert name == "ACC00000001_15_01112024_30112024.txt"
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
        dynamic_keys_write.write([ONE, TWO], key, DAY, DAY, 15)


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
