"""Load curves as they really come: what is read, what is noted, what is refused and how."""

import numpy as np
import pytest

from energy_pipeline.formats import cdc, cdc_batch
from energy_pipeline.formats.model import BadFile

NAME = "30001000000201_01112024_01112024_Conso_CDC.csv"
PRM = "30001000000201"
AUTUMN = f"{PRM}_26102025_26102025_Conso_CDC.csv"
SPRING = f"{PRM}_30032025_30032025_Conso_CDC.csv"


def day(label: str, hours: list[int], row: str = "{hour};{hour};{hour};{hour};") -> list[str]:
    return [f"{label} {hour:02d}:00;" + row.format(hour=hour) for hour in hours]


def read(name: str, lines: list[str]) -> tuple[list[float], list[str]]:
    """The curve and the notes, the same by both ways of reading."""
    content = "\n".join(lines).encode()
    slow = cdc.read(name, content)
    fast = cdc_batch.read_many([(name, content)])[0]
    np.testing.assert_array_equal(slow.rows[0]["watts"], fast.rows[0]["watts"])
    return slow.rows[0]["watts"].tolist(), [note.message for note in slow.notes]


def refusal(name: str, lines: list[str]) -> BadFile:
    content = "\n".join(lines).encode()
    with pytest.raises(BadFile) as slow:
        cdc.read(name, content)
    fast = cdc_batch.read_many([(name, content)])[0]
    assert isinstance(fast, BadFile)
    assert str(fast) == str(slow.value)
    return slow.value


QUARTERS = [float(hour) for hour in range(24) for _ in range(4)]


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        f"{PRM} 01112024 01112024 consommation cdc.CSV",
        f"{PRM}-01112024-01112024-SOUTIRAGE-CDC.csv",
        f"{PRM}_01112024_01112024_Conso_CDC (1).csv",
    ],
)
def test_joiners_case_and_words_of_the_name(name):
    found = cdc.read(name, "\n".join(day("01/11/2024", list(range(24)))).encode())
    assert (found.prm, found.series) == (PRM, "consumption")
    assert found.rows[0]["watts"].tolist() == QUARTERS


@pytest.mark.parametrize(
    ("word", "series"),
    [
        ("Prod", "production"), ("Injection", "production"), ("Autoconso", "self_consumption"),
        ("AUTO-CONSO", "self_consumption"), ("Autoprod", "self_produced"), ("autoproduction", "self_produced"),
        ("Surplus", "surplus"), ("Complément", "complement"), ("cons", "consumption"),
    ],
)  # fmt: skip
def test_data_types(word, series):
    name = f"{PRM}_01112024_01112024_{word}_CDC.csv"
    assert cdc.read(name, b"01/11/2024 00:00;1;2;3;4;").series == series


@pytest.mark.parametrize("huge", ["99999999999999999999", "100000001", "4294967296", "2147483647"])
def test_a_power_that_no_point_can_have_is_refused_with_its_place(huge):
    lines = day("01/11/2024", list(range(24)))
    lines[5] = f"01/11/2024 05:00;5;5;{huge};5;"
    found = refusal(NAME, lines)
    assert "démesuré" in found.reason
    assert (found.line, found.column, found.value) == (6, "valeur 3", huge)
    lines[5] = "01/11/2024 05:00;5;5;100000000;5;"
    assert read(NAME, lines)[0][22] == 1e8


def test_curve_of_the_operation_bears_its_number_and_no_prm():
    found = cdc.read("ACC00000007_01112024_01112024_Prod_CDC.csv", b"01/11/2024 00:00;1;2;3;4;")
    assert (found.operation_id, found.prm) == ("ACC00000007", None)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("closed", [True, False])
def test_line_ends_bom_and_trailing_separator(ending, bom, closed):
    lines = day("01/11/2024", list(range(24)))
    content = bom + (ending.join(line if closed else line[:-1] for line in lines) + ending).encode()
    for found in (cdc.read(NAME, content), cdc_batch.read_many([(NAME, content)])[0]):
        assert found.rows[0]["watts"].tolist() == QUARTERS
        assert found.notes == ()


def test_thirty_minutes_before_october_2024():
    watts, _ = read(f"{PRM}_01092024_01092024_Conso_CDC.csv", day("01/09/2024", list(range(24)), "{hour};9;"))
    assert watts == [value for hour in range(24) for value in (float(hour), 9.0)]


def test_twelve_values_are_averaged_to_the_step():
    row = "1;2;3;10;10;10;0;0;9;5;5;5;"
    watts, notes = read(NAME, day("01/11/2024", list(range(24)), row))
    assert watts == [2.0, 10.0, 3.0, 5.0] * 24
    assert len(notes) == 1
    old, _ = read(f"{PRM}_01092024_01092024_Conso_CDC.csv", day("01/09/2024", list(range(24)), row))
    assert old == [6.0, 4.0] * 24


@pytest.mark.parametrize(
    ("row", "is_told"),
    [("0,35;0,4;1,25;3;", True), ("350,5;400;1250;3000;", False), ("1;2;3;4;", False), ("0,5;0;99,9;100;", False)],
)
def test_fractions_of_powers_that_no_point_in_use_has_may_be_kilowatts(row, is_told):
    watts, notes = read(NAME, day("01/11/2024", list(range(24)), row))
    assert watts[0] == pytest.approx(float(row.split(";")[0].replace(",", "."))), "read as it is written"
    assert notes == ["Puissances à décimales, dont aucune n'atteint 100 W : des kW, ou des kWh ?"] * is_told


def test_a_missing_row_and_an_empty_value_are_missing_steps():
    lines = day("01/11/2024", list(range(24)))
    lines[3] = "01/11/2024 03:00;3;;3;3;"
    del lines[10]
    watts, notes = read(NAME, lines)
    assert np.isnan(watts[13]) and np.isnan(watts[40:44]).all()
    assert np.isnan(watts).sum() == 5
    assert notes == []


SPRING_WATTS = [float(hour) for hour in range(24) if hour != 2 for _ in range(4)]


@pytest.mark.parametrize("empty", [[], ["30/03/2025 02:00;;;;;"], ["30/03/2025 02:00;"]])
def test_spring_has_23_hours_whether_02_00_is_absent_or_empty(empty):
    hours = [*day("30/03/2025", [0, 1]), *empty, *day("30/03/2025", list(range(3, 24)))]
    assert read(SPRING, hours) == (SPRING_WATTS, [])


def test_zeros_at_the_hour_that_spring_skips_are_noted():
    hours = [*day("30/03/2025", [0, 1]), "30/03/2025 02:00;0;0;0;0;", *day("30/03/2025", list(range(3, 24)))]
    watts, notes = read(SPRING, hours)
    assert watts == SPRING_WATTS
    assert len(notes) == 1


def test_a_value_at_the_hour_that_spring_skips_is_refused():
    hours = [*day("30/03/2025", [0, 1]), "30/03/2025 02:00;0;0;7;0;", *day("30/03/2025", list(range(3, 24)))]
    assert refusal(SPRING, hours).line == 3


BEFORE, AFTER = day("26/10/2025", [0, 1]), day("26/10/2025", list(range(3, 24)))
EDGES = [float(hour) for hour in (0, 1) for _ in range(4)], [float(hour) for hour in range(3, 24) for _ in range(4)]


@pytest.mark.parametrize(
    "doubled",
    [
        ["26/10/2025 02:00;10;11;12;13;", "26/10/2025 02:00;20;21;22;23;"],
        ["26/10/2025 02:00;10;11;12;13;20;21;22;23;"],
        ["26/10/2025 02:00;10;11;12;13;20;21;22;23"],
    ],
)
def test_autumn_has_25_hours_told_apart_by_file_order(doubled):
    watts, notes = read(AUTUMN, BEFORE + doubled + AFTER)
    assert watts == EDGES[0] + [10, 11, 12, 13, 20, 21, 22, 23] + EDGES[1]
    assert notes == []


def test_autumn_keeps_two_equal_hours():
    watts, notes = read(AUTUMN, BEFORE + ["26/10/2025 02:00;5;5;5;5;"] * 2 + AFTER)
    assert watts == EDGES[0] + [5.0] * 8 + EDGES[1]
    assert notes == []


def test_autumn_with_an_hour_lost_is_noted():
    watts, notes = read(AUTUMN, [*BEFORE, "26/10/2025 02:00;10;11;12;13;", *AFTER])
    assert watts[8:12] == [10, 11, 12, 13]
    assert np.isnan(watts[12:16]).all()
    assert len(notes) == 1


def test_unsorted_and_duplicate_rows_are_read_and_noted():
    lines = day("01/11/2024", list(range(24)))
    watts, notes = read(NAME, [lines[5], *lines[::-1]])
    assert watts == QUARTERS
    assert len(notes) == 2


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("01/11/2024 05:00;5;1O;5;5;", "valeur 2", "1O"),
        ("01/11/2024 05:00;5;5;-4;5;", "valeur 3", "-4"),
        ("01/11/2024 05:00;5;5;nan;5;", "valeur 3", "nan"),
        ("31/11/2024 05:00;5;5;5;5;", "horodate", "31/11/2024 05:00"),
        ("02/11/2024 05:00;5;5;5;5;", "horodate", "02/11/2024 05:00"),
        ("01/11/2024 05:30;5;5;5;5;", "horodate", "01/11/2024 05:30"),
        ("01/11/2024 04:00;5;5;5;5;", "horodate", "01/11/2024 04:00"),
        ("01/11/2024 05:00;5;5;5;", None, "01/11/2024 05:00;5;5;5;"),
        ("01/11/2024 05:00;5;5;5;5;5;", None, "01/11/2024 05:00;5;5;5;5;5;"),
    ],
)
def test_a_bad_row_refuses_the_file_with_line_column_and_value(line, column, value):
    lines = day("01/11/2024", list(range(24)))
    lines[5] = line
    found = refusal(NAME, lines)
    assert (found.line, found.column, found.value) == (6, column, value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (NAME, b"", "vide"),
        (NAME, b"01/11/2024 00:00;1;2;3;\n", "3 valeurs"),
        (NAME, b"\x00\x01\x02", "texte"),
        (NAME, "01/11/2024 00:00;1;2;3;4;".encode("utf-16"), "UTF-16"),
        (f"{PRM}_01112024_31112024_Conso_CDC.csv", b"01/11/2024 00:00;1;2;3;4;", "deux jours du calendrier"),
        (f"{PRM}_Conso_CDC.csv", b"01/11/2024 00:00;1;2;3;4;", "période"),
        (f"{PRM}_02112024_01112024_Conso_CDC.csv", b"01/11/2024 00:00;1;2;3;4;", "impossible"),
        (f"{PRM}_01112024_01112024_Reactif_CDC.csv", b"01/11/2024 00:00;1;2;3;4;", "Type de données"),
        ("123_01112024_01112024_Conso_CDC.csv", b"01/11/2024 00:00;1;2;3;4;", "PRM"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name, content, words):
    for found in cdc_batch.read_many([(name, content), (NAME, "\n".join(day("01/11/2024", [0])).encode())])[:1]:
        assert isinstance(found, BadFile)
        assert words in found.reason


def test_a_broken_file_spoils_no_other_of_its_batch():
    good = "\n".join(day("01/11/2024", list(range(24)))).encode()
    names = [f"3000100000{number:04d}_01112024_01112024_Conso_CDC.csv" for number in range(8)]
    contents = [
        good, b"", good.replace(b";7;7;7;7;", b";7;7;7;7;7;"), good, good.replace(b"\n", b"\n\n", 1),
        good[: len(good) // 2], good.replace(b"03:00;3;", b"03:00;x;"), good,
    ]  # fmt: skip
    found = cdc_batch.read_many(list(zip(names, contents, strict=True)))
    assert [isinstance(one, BadFile) for one in found] == [False, True, True, False, False, True, True, False]
    for position in (0, 3, 4, 7):
        assert found[position].prm == names[position][:14]
        assert found[position].rows[0]["watts"].tolist() == QUARTERS
