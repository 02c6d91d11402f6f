import io
import re
import zipfile
from collections import Counter
from datetime import date

import numpy as np
import openpyxl
import pytest

from energy_pipeline.demo.enedis import Style, curve_file, energy_file
from energy_pipeline.demo.simulate import truncated
from tests.unit.demo.reading import anomalies, curve_kwh, delivery, energies, lines, watts

SEPTEMBER, OCTOBER, NOVEMBER = "01092025_30092025", "01102025_31102025", "01112025_30112025"


def test_rows_are_those_printed_in_the_convention():
    values = np.zeros(30 * 96)
    values[:8] = [20000 / 3, 6000, 41000, 220333.4, 80000 / 3, 62333.9, 132000, 295333.999]
    rows = curve_file(truncated(values), date(2024, 11, 1), date(2024, 11, 30), Style()).decode().splitlines()
    assert rows[:2] == ["01/11/2024 00:00;6666;6000;41000;220333;", "01/11/2024 01:00;26666;62333;132000;295333;"]
    assert len(rows) == 720
    assert energy_file({"HP": 134.7, "HC": 8495.17}, Style()) == b"HP;134,70;\nHC;8495,17;\n"


def test_day_of_25_hours_has_100_values_and_day_of_23_hours_has_92():
    autumn = delivery_rows(date(2025, 10, 1), date(2025, 10, 31), 2980, "26/10/2025")
    assert [label[11:13] for label in autumn[:4]] == ["00", "01", "02", "02"]
    assert len(autumn) * 4 == 100
    spring = delivery_rows(date(2026, 3, 1), date(2026, 3, 31), 2972, "29/03/2026")
    assert [label[11:13] for label in spring[:3]] == ["00", "01", "03"]
    assert len(spring) * 4 == 92


def delivery_rows(start: date, end: date, steps: int, day: str) -> list[str]:
    content = curve_file(np.arange(steps), start, end, Style())
    return [row[0] for row in lines(content) if row[0].startswith(day)]


def test_every_name_is_one_of_the_convention(inbox):
    names = re.compile(
        r"3\d{13}_\d{8}_\d{8}_(Conso|Autoconso|Complement|Prod|Autoprod|Surplus)_(CDC|Energie)\.csv"
        r"|3\d{13}_\d{8}_\d{8}_Autoprod_Detail\.csv|Perimetre_Participants\.csv|ACC\d{8}_\d{8}_\d{8}\.xlsx"
    )
    for operation, stamps, count in (
        ("ACC00000101", SEPTEMBER, 7 * 6 + 2 * 6 + 2 + 2),
        ("ACC00000101", OCTOBER, 8 * 6 + 2 * 6 + 2 + 2),
        ("ACC00000102", "15082025_14092025", 8 * 6 + 2 * 6 + 2 + 2),
        ("ACC00000103", NOVEMBER, 8 * 6 + 2 * 6 + 2 + 2),
    ):
        files = delivery(inbox, operation, stamps)
        assert all(names.fullmatch(name) for name in files), operation
        assert len(files) == count


def test_line_ends_and_marks_differ_from_one_operation_to_the_next(inbox):
    plain = delivery(inbox, "ACC00000101", SEPTEMBER)["30001000100100_01092025_30092025_Conso_CDC.csv"]
    dos = delivery(inbox, "ACC00000102", "15082025_14092025")["30001000200100_15082025_14092025_Conso_CDC.csv"]
    marked = delivery(inbox, "ACC00000103", SEPTEMBER)["30001000300100_01092025_30092025_Conso_CDC.csv"]
    assert b"\r" not in plain
    assert dos.endswith(b";\r\n")
    assert not dos.startswith(b"\xef\xbb\xbf")
    assert marked.startswith(b"\xef\xbb\xbf01/09/2025 00:00;")


def test_one_leaves_and_one_joins_in_october(inbox):
    files = delivery(inbox, "ACC00000101", OCTOBER)
    stays = {row[0]: row[1:3] for row in lines(files["Perimetre_Participants.csv"])[1:]}
    assert stays["30001000100103"] == ["01/03/2025", "20/10/2025"]
    assert stays["30001000100105"] == ["10/10/2025", "31/12/9999"]
    labels = {
        prm: [label for _, label in watts(files[f"{prm}_{OCTOBER}_Conso_CDC.csv"])]
        for prm in ("30001000100103", "30001000100105")
    }
    assert (labels["30001000100103"][0], labels["30001000100103"][-1]) == ("01/10/2025 00:00", "19/10/2025 23:00")
    assert (labels["30001000100105"][0], labels["30001000100105"][-1]) == ("10/10/2025 00:00", "31/10/2025 23:00")
    september = lines(delivery(inbox, "ACC00000101", SEPTEMBER)["Perimetre_Participants.csv"])
    assert ["30001000100103", "01/03/2025", "31/12/9999", ""] in september
    assert "30001000100105" not in {row[0] for row in september}
    assert not [name for name in delivery(inbox, "ACC00000101", NOVEMBER) if name.startswith("30001000100103")]


def test_a_site_with_both_roles(inbox):
    files = delivery(inbox, "ACC00000103", SEPTEMBER)
    drawn = watts(files[f"30001000300101_{SEPTEMBER}_Conso_CDC.csv"])
    injected = watts(files[f"30001000300101_{SEPTEMBER}_Prod_CDC.csv"])
    assert curve_kwh(files[f"30001000300101_{SEPTEMBER}_Conso_CDC.csv"]) > 100
    assert curve_kwh(files[f"30001000300101_{SEPTEMBER}_Prod_CDC.csv"]) > 100
    assert not any(a and b for key in drawn for a, b in zip(drawn[key], injected[key], strict=True))
    annexe = (inbox / "pmo/ACC00000103/ACC00000103_20250301_ANNEXE2.12.csv").read_bytes()
    assert [row[0] for row in lines(annexe, "iso-8859-1") if row[1] == "30001000300101"] == ["CONS", "PROD"]


@pytest.mark.parametrize(
    ("operation", "stamps"),
    [("ACC00000101", OCTOBER), ("ACC00000102", "15102025_14112025"), ("ACC00000103", NOVEMBER)],
)
def test_curves_energies_details_and_synthesis_tell_the_same(inbox, operation, stamps):
    files = delivery(inbox, operation, stamps)
    book = openpyxl.load_workbook(inbox_book(files, operation, stamps))
    indicators = dict(row[:2] for row in book.worksheets[0].iter_rows(min_row=5, values_only=True))
    sums: Counter[str] = Counter()
    for name, content in files.items():
        if name.endswith("_CDC.csv"):
            energy = sum(energies(files[name.replace("_CDC", "_Energie")]).values())
            assert -0.03 <= energy - curve_kwh(content) <= 0.775, name
            sums[name.split("_")[3]] += energy
    shared = sum(
        float(row[1].replace(",", "."))
        for name, content in files.items() if name.endswith("_Detail.csv")
        for row in lines(content)[1:]
    )  # fmt: skip
    assert sums["Autoconso"] == pytest.approx(sums["Autoprod"], abs=0.5)
    assert shared == pytest.approx(sums["Autoconso"], abs=0.5)
    assert sums["Conso"] == pytest.approx(sums["Autoconso"] + sums["Complement"], abs=0.5)
    assert sums["Prod"] == pytest.approx(sums["Autoprod"] + sums["Surplus"], abs=0.5)
    assert indicators["Consommation totale des participants (kWh)"] == pytest.approx(sums["Conso"], abs=0.5)
    assert indicators["Surplus collectif (kWh)"] == pytest.approx(sums["Surplus"], abs=0.5)
    assert indicators["Taux d'autoconsommation (%)"] == pytest.approx(100 * shared / sums["Prod"], abs=0.05)
    assert 60 <= indicators["Taux d'autoconsommation (%)"] <= 97
    assert 8 <= indicators["Taux d'autoproduction (%)"] <= 45


def inbox_book(files: dict[str, bytes], operation: str, stamps: str):
    return io.BytesIO(files[f"{operation}_{stamps}.xlsx"])


def test_raw_delivery_brings_only_consumption_and_production(inbox):
    raw = [path for path in (inbox / "enedis").iterdir() if "brutes" in path.name]
    assert len(raw) == 3
    for folder in raw:
        assert "N°ACC00000103" in folder.name
        with zipfile.ZipFile(folder / "export.zip") as archive:
            words = {name.split("_")[3:5][0] for name in archive.namelist()}
        assert words == {"Conso", "Prod"}


def test_errors_sown_in_the_files(inbox):
    by_name = {row["check_name"]: row for row in anomalies(inbox)}
    broken = (inbox / by_name["quarantined_file"]["path"]).read_text().splitlines()
    assert [n for n, row in enumerate(broken, 1) if re.search("[A-Z]", row)] == [200]

    gap = by_name["missing_steps"]
    files = delivery(inbox, "ACC00000102", "15092025_14102025")
    labels = [label for _, label in watts(files[gap["path"].split("!")[1]])]
    full = [label for _, label in watts(files["30001000200100_15092025_14102025_Conso_CDC.csv"])]
    missing = [label for label in full if label not in labels]
    assert [label[11:] for label in missing] == ["09:00", "10:00", "11:00"]
    conso = {label: row for (_, label), row in watts(files[gap["path"].split("!")[1]]).items()}
    published = [
        {label: row for (_, label), row in watts(files[f"{gap['prm']}_15092025_14102025_{word}_CDC.csv"]).items()}
        for word in ("Autoconso", "Complement")
    ]
    for label in missing:
        week_before = f"{int(label[:2]) - 7:02d}{label[2:]}"
        for shared, rest, estimate in zip(published[0][label], published[1][label], conso[week_before], strict=True):
            assert 0 <= estimate - shared - rest <= 1

    wrong = by_name["published_energy_differs"]
    files = delivery(inbox, "ACC00000102", "15082025_14092025")
    name = wrong["path"].split("!")[1]
    more = sum(energies(files[name]).values()) - curve_kwh(files[name.replace("_Energie", "_CDC")])
    assert more == pytest.approx(100.4, abs=0.4)

    files = delivery(inbox, "ACC00000102", "15102025_14112025")
    book = openpyxl.load_workbook(inbox_book(files, "ACC00000102", "15102025_14112025"))
    row = list(book.worksheets[1].iter_rows(values_only=True))[1]
    assert row[0] == by_name["synthesis_differs"]["prm"]
    assert row[3] - (row[1] - row[2]) == pytest.approx(250, abs=0.02)


def test_old_static_keys_made_the_split_of_november(inbox):
    shares = {}
    for day in ("20250301", "20251001"):
        annexe = (inbox / f"pmo/ACC00000101/ACC00000101_{day}_ANNEXE2.12.csv").read_bytes()
        assert "Élise" in annexe.decode("iso-8859-1")
        rows = lines(annexe, "iso-8859-1")
        shares[day] = {row[1]: float(row[6].replace(",", ".")) / 100 for row in rows[1:] if row[0] == "CONS"}
        assert sum(shares[day].values()) <= 1
    for stamps, day, other in ((OCTOBER, "20251001", "20250301"), (NOVEMBER, "20250301", "20251001")):
        files = delivery(inbox, "ACC00000101", stamps)
        made = [watts(content) for name, content in files.items() if name.endswith("_Prod_CDC.csv")]
        prm = "30001000100101"
        drawn = watts(files[f"{prm}_{stamps}_Conso_CDC.csv"])
        shared = watts(files[f"{prm}_{stamps}_Autoconso_CDC.csv"])
        gaps = {
            version: max(
                abs(min(sum(p[key][n] for p in made) * shares[version][prm], drawn[key][n]) - shared[key][n])
                for key in drawn
                for n in range(4)
            )
            for version in (day, other)
        }
        assert gaps[day] < 2
        assert gaps[other] > 50


def test_value_of_the_wrong_split(inbox):
    (sown,) = (row for row in anomalies(inbox) if row["check_name"] == "published_split_differs")
    annexe = (inbox / "pmo/ACC00000101/ACC00000101_20251001_ANNEXE2.12.csv").read_bytes()
    rows = lines(annexe, "iso-8859-1")[1:]
    files = delivery(inbox, "ACC00000101", NOVEMBER)
    made = [watts(content).values() for name, content in files.items() if name.endswith("_Prod_CDC.csv")]
    production = [sum(step) for hours in zip(*made, strict=True) for step in zip(*hours, strict=True)]
    lost = 0.0
    for row in rows:
        name = f"{row[1]}_{NOVEMBER}_Conso_CDC.csv"
        if row[0] == "CONS" and name in files:
            share = float(row[6].replace(",", ".")) / 100
            drawn = [value for hour in watts(files[name]).values() for value in hour]
            due = sum(min(p * share, d) for p, d in zip(production, drawn, strict=True)) / 4000
            lost += due - curve_kwh(files[name.replace("Conso", "Autoconso")])
    # prices.csv: avoided 0,1432 €/kWh, local 0,0850 €/kWh
    assert float(sown["amount_eur"]) == pytest.approx(lost * (0.1432 - 0.0850), abs=0.006)
    assert lost > 100


def test_dynamic_keys_stay_within_100_percent_but_on_one_step(inbox):
    for stamps in (SEPTEMBER, OCTOBER, NOVEMBER):
        text = (inbox / f"pmo/ACC00000103/ACC00000103_15_{stamps}.txt").read_text(encoding="utf-8")
        head, *rows = (line.split(";") for line in text.splitlines())
        assert head[0] == "Horodate"
        assert len(head) == 9
        sums = [sum(round(float(v.replace(",", ".")) * 100) for v in row[1:]) for row in rows]
        assert sum(total > 10000 for total in sums) == (stamps == OCTOBER)
        assert len(rows) == {SEPTEMBER: 2880, OCTOBER: 2980, NOVEMBER: 2880}[stamps]
        files = delivery(inbox, "ACC00000103", stamps)
        made = [watts(content) for name, content in files.items() if name.endswith("_Prod_CDC.csv")]
        drawn = {p: watts(files[f"{p}_{stamps}_Conso_CDC.csv"]) for p in head[1:]}
        prm = head[4]
        shared = watts(files[f"{prm}_{stamps}_Autoconso_CDC.csv"])
        for n, key in enumerate(list(shared)[12:600:37]):
            step = (list(shared).index(key)) * 4
            production = sum(p[key][0] for p in made)
            total = sum(d[key][0] for d in drawn.values())
            key_share = float(rows[step][4].replace(",", ".")) / 100
            share = drawn[prm][key][0] / total if stamps == OCTOBER else key_share
            assert abs(min(production * share, drawn[prm][key][0]) - shared[key][0]) <= 2, (stamps, n)
