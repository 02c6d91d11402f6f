"""The rows that the convention prints, read as printed."""

from datetime import date

import numpy as np
import pytest

from energy_pipeline.formats import cdc, dynamic_keys, energy, perimeter
from energy_pipeline.formats.model import BadFile

DAY = "01112024_01112024"


def test_curve_of_11_6_1_1():
    content = (
        b"01/11/2024 00:00;6666;6000;41000;220333;\n"
        b"01/11/2024 01:00;26666;62333;132000;295333;\n"
        b"01/11/2024 02:00;83666;84000;150666;319000;\n"
    )
    found = cdc.read(f"30001000000201_{DAY}_Autoconso_CDC.csv", content)
    assert (found.prm, found.series, found.period_start) == ("30001000000201", "self_consumption", date(2024, 11, 1))
    watts = found.rows[0]["watts"]
    assert found.rows[0]["step_minutes"] == 15
    assert len(watts) == 96
    assert watts[:12].tolist() == [
        6666, 6000, 41000, 220333, 26666, 62333, 132000, 295333, 83666, 84000, 150666, 319000,
    ]  # fmt: skip
    assert np.isnan(watts[12:]).all()


def test_energies_of_11_6_1_1():
    found = energy.read(f"30001000000201_{DAY}_Autoconso_Energie.csv", b"HP;134,70;\nHC;8495,17;\n")
    assert [(row["slot"], row["energy_kwh"]) for row in found.rows] == [("HP", 134.70), ("HC", 8495.17)]


def test_perimeter_of_11_6_1_2():
    content = (
        b"PRM;Date debut rattachement;Date fin rattachement;\n"
        b"10101010101023;01/01/2019;31/12/9999;\n"
        b"10101010101024;01/01/2019;31/01/2019;\n"
        b"10101010101025;15/01/2019;31/12/9999;\n"
        b"10101010101026;01/01/2019;31/12/9999;\n"
    )
    found = perimeter.read("Perimetre Participants.csv", content)
    assert [(row["prm"], row["valid_from"], row["valid_to"]) for row in found.rows] == [
        ("10101010101023", date(2019, 1, 1), None),
        ("10101010101024", date(2019, 1, 1), date(2019, 1, 31)),
        ("10101010101025", date(2019, 1, 15), None),
        ("10101010101026", date(2019, 1, 1), None),
    ]


KEYS = """Horodate;10101010101023;{second}
01/11/2024 00:00;50,81;39,86
01/11/2024 00:15;50,81;39,86
01/11/2024 00:30;50,81;39,86
01/11/2024 00:45;50,81;39,86
01/11/2024 01:00;50,81;39,86
"""


def test_keys_of_11_5_1():
    content = KEYS.format(second="10101010101024").encode()
    found = dynamic_keys.read("ACC00000001_15_01112024_30112024.txt", content)
    assert (found.operation_id, found.period_end) == ("ACC00000001", date(2024, 11, 30))
    assert [row["consumer_prm"] for row in found.rows] == ["10101010101023", "10101010101024"]
    assert [row["percents"][:5].tolist() for row in found.rows] == [[50.81] * 5, [39.86] * 5]
    assert all(len(row["percents"]) == 30 * 96 and np.isnan(row["percents"][5:]).all() for row in found.rows)


def test_the_16_digits_printed_for_the_second_prm_are_refused_and_named():
    content = KEYS.format(second="1010101010101024").encode()
    with pytest.raises(BadFile) as refusal:
        dynamic_keys.read("ACC00000001_15_01112024_30112024.txt", content)
    assert (refusal.value.line, refusal.value.value) == (1, "1010101010101024")
