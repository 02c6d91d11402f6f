"""Files of Annexe 6 against the samples printed in the convention (§11.6.1), and the two changes of hour."""

from datetime import date

import numpy as np
import openpyxl
import pytest

from energy_pipeline.formats import enedis_files, synthesis_write

PRINTED = b"""01/11/2024 00:00;6666;6000;41000;220333;\r
01/11/2024 01:00;26666;62333;132000;295333;\r
01/11/2024 02:00;83666;84000;150666;319000;\r
"""


def test_the_printed_curve():
    watts = np.zeros(96)
    watts[:12] = [6666.67, 6000, 41000, 220333.3, 26666, 62333, 132000, 295333, 83666.9, 84000, 150666, 319000]
    content = enedis_files.write_curve(watts, date(2024, 11, 1), date(2024, 11, 1))
    assert content.startswith(PRINTED)
    assert content.count(b"\n") == 24


@pytest.mark.parametrize(
    ("day", "hours", "around"),
    [
        (date(2025, 3, 30), 23, ["01:00", "03:00"]),
        (date(2025, 10, 26), 25, ["01:00", "02:00", "02:00", "03:00"]),
    ],
)
def test_curves_over_the_changes_of_hour(day, hours, around):
    content = enedis_files.write_curve(np.arange(hours * 2.0), day, day).decode()
    lines = content.splitlines()
    assert len(lines) == hours
    assert [line[11:16] for line in lines[1 : 1 + len(around)]] == around
    assert lines[-1].endswith(f";{hours * 2 - 2};{hours * 2 - 1};")


def test_a_hole_is_an_empty_cell_and_a_wrong_length_is_an_error():
    watts = np.full(48, 5.0)
    watts[1] = np.nan
    day = date(2024, 9, 1)
    assert enedis_files.write_curve(watts, day, day).startswith(b"01/09/2024 00:00;5;;\r\n")
    with pytest.raises(ValueError, match="47 steps"):
        enedis_files.write_curve(watts[1:], day, day)


def test_the_printed_energies_and_perimeter():
    assert enedis_files.write_energy({"HP": 134.7, "HC": 8495.17}) == b"HP;134,70;\r\nHC;8495,17;\r\n"
    stays = [
        ("10101010101023", date(2019, 1, 1), None),
        ("10101010101024", date(2019, 1, 1), date(2019, 1, 31)),
    ]
    assert enedis_files.write_perimeter(stays) == (
        b"PRM;Date debut rattachement;Date fin rattachement;\r\n"
        b"10101010101023;01/01/2019;31/12/9999;\r\n"
        b"10101010101024;01/01/2019;31/01/2019;\r\n"
    )
    assert enedis_files.write_detail({"30001000000201": 12.5}) == (
        b"PRM CONS;AUTOCONSO (kWh);\r\n30001000000201;12,50;\r\n"
    )


def test_the_synthesis_has_three_sheets_and_the_same_bytes_twice(tmp_path):
    operation = dict.fromkeys(
        ("consumption_kwh", "production_kwh", "self_consumption_kwh", "surplus_kwh", "self_consumption_rate",
         "self_production_rate", "coverage_rate"),
        0.5,
    )  # fmt: skip
    producers = [{"prm": "30001000000101", "production_kwh": 1.0, "self_produced_kwh": None, "surplus_kwh": 0.25}]
    consumers = [{"prm": "00001000000201", "slot": "HP", "consumption_kwh": 3.0, "self_consumption_kwh": 1.0,
                  "complement_kwh": 2.0}]  # fmt: skip
    period = (date(2025, 10, 1), date(2025, 10, 31))
    content = synthesis_write.write("ACC00000001", period, operation, producers, consumers)
    assert content == synthesis_write.write("ACC00000001", period, operation, producers, consumers)
    path = tmp_path / synthesis_write.name("ACC00000001", *period)
    assert path.name == "ACC00000001_01102025_31102025.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 3
    assert [cell.value for cell in book.worksheets[1][2]] == ["30001000000101", 1.0, None, 0.25]
    assert [cell.value for cell in book.worksheets[2][2]] == ["00001000000201", "HP", 3.0, 1.0, 2.0]
    assert book.worksheets[0]["B1"].value == "ACC00000001"
