"""Energy, detail, participants, keys, Annexe 2, operations.toml, prices.csv: read, or refused with a place."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from energy_pipeline.formats import (
    annexe2,
    dynamic_keys,
    energy,
    exchange_detail,
    operations_file,
    perimeter,
    prices_file,
)
from energy_pipeline.formats.model import BadFile
from energy_pipeline.settings import REFERENCE

RECEIVED = date(2025, 2, 3)
STEM = "30001000000201_01112024_30112024"
PERIMETER = "PRM;Date debut rattachement;Date fin rattachement;\n"


def test_slots_and_their_aliases():
    content = "HPH;1,00;\r\nHCH;2,00;\r\nHPE;3,50;\r\nhce;4;\r\n".encode("utf-8-sig")
    found = energy.read(f"{STEM}_Conso_Energie.csv", content)
    assert [(row["slot"], row["energy_kwh"], row["line"]) for row in found.rows] == [
        ("HPH", 1.0, 1), ("HCH", 2.0, 2), ("HPB", 3.5, 3), ("HCB", 4.0, 4),
    ]  # fmt: skip
    assert found.series == "consumption"


@pytest.mark.parametrize(
    ("content", "line", "value"),
    [
        ("HP;134,7O;\n", 1, "134,7O"),
        ("HP;1,00;\nMIDI;2,00;\n", 2, "MIDI"),
        ("HP;1,00;\nHP;2,00;\n", 2, "2,00"),
        ("HP;-1,00;\n", 1, "-1,00"),
        ("HP;1,00;3,00;\n", 1, "HP;1,00;3,00;"),
        ("", None, None),
    ],
)
def test_bad_energies(content, line, value):
    with pytest.raises(BadFile) as refusal:
        energy.read(f"{STEM}_Conso_Energie.csv", content.encode())
    assert (refusal.value.line, refusal.value.value) == (line, value)


def test_detail_of_a_producer():
    content = b"PRM CONS;AUTOCONSO (kWh);\n'30001000000201;12,50;\n3.0001000000202E+13;0,00;\n"
    found = exchange_detail.read("30001000000101_01112024_30112024_Autoprod_Detail.csv", content)
    assert [(r["producer_prm"], r["consumer_prm"], r["energy_kwh"]) for r in found.rows] == [
        ("30001000000101", "30001000000201", 12.5),
        ("30001000000101", "30001000000202", 0.0),
    ]
    with pytest.raises(BadFile, match="En-tête"):
        exchange_detail.read("30001000000101_01112024_30112024_Autoprod_Detail.csv", b"PRM;KWH\n")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("3.0E+13;01/01/2019;;", "PRM"),
        ("1234;01/01/2019;;", "PRM"),
        ("30001000000201;2019;;", "Date debut rattachement"),
        ("30001000000201;02/01/2019;01/01/2019;", "Date fin rattachement"),
        ("30001000000201;30/02/2019;01/01/2020;", "Date debut rattachement"),
    ],
)
def test_bad_participants(row, column):
    with pytest.raises(BadFile) as refusal:
        perimeter.read("Perimetre_Participants.csv", (PERIMETER + row + "\n").encode())
    assert (refusal.value.line, refusal.value.column) == (2, column)


@pytest.mark.parametrize(
    ("prm", "is_told"), [("1000000000201", True), ("'100000000201", True), ("300010000002011", False)]
)
def test_a_prm_shorter_by_a_digit_or_two_may_have_lost_its_zeros(prm, is_told):
    with pytest.raises(BadFile) as refusal:
        perimeter.read("Perimetre_Participants.csv", f"{PERIMETER}{prm};01/01/2019;;\n".encode())
    assert ("un tableur l'a ôté" in refusal.value.reason) is is_told


@pytest.mark.parametrize(("cell", "is_told"), [("Total", True), ("TOTAL : 8", True), ("A tota1", False)])
def test_a_line_of_totals_in_the_place_of_a_prm_is_to_be_removed(cell, is_told):
    with pytest.raises(BadFile) as refusal:
        perimeter.read("Perimetre_Participants.csv", f"{PERIMETER}{cell};01/01/2025;31/12/9999;\n".encode())
    assert ("ligne de total" in refusal.value.reason) is is_told


def test_an_identical_participant_is_dropped_with_a_note():
    row = "30001000000201;01/01/2019;;\n"
    found = perimeter.read("Perimetre_Participants.csv", (PERIMETER + row + row).encode())
    assert len(found.rows) == 1
    assert [note.line for note in found.notes] == [3]


def test_keys_have_both_passages_of_the_doubled_hour_and_a_producer_in_the_name():
    labels = [(0, 1), (1, 1), (2, 1), (2, 2), (3, 1)]
    lines = [f"26/10/2025 {h:02d}:{m:02d};{h}{turn},25;{m}" for h, turn in labels for m in (0, 15, 30, 45)]
    content = ("Horodate;30001000000201;30001000000202\n" + "\n".join(lines)).encode()
    found = dynamic_keys.read("ACC00000007_30001000000101_15_26102025_26102025.txt", content)
    first, second = (row["percents"] for row in found.rows)
    assert first[:20:4].tolist() == [1.25, 11.25, 21.25, 22.25, 31.25]
    assert second[:8].tolist() == [0, 15, 30, 45] * 2
    assert len(first) == 100 and np.isnan(first[20:]).all()
    assert {row["producer_prm"] for row in found.rows} == {"30001000000101"}
    assert found.notes == ()


@pytest.mark.parametrize(
    ("lines", "line", "value"),
    [
        ("01/11/2024 00:00;50,81;39;86", 2, "01/11/2024 00:00;50,81;39;86"),
        ("01/11/2024 00:00;50,81;-1", 2, "-1"),
        ("01/11/2024 00:07;50,81;1", 2, "01/11/2024 00:07"),
        ("01/12/2024 00:00;50,81;1", 2, "01/12/2024 00:00"),
        ("01/11/2024 00:00;50;1\n01/11/2024 00:00;51;1", 3, "01/11/2024 00:00"),
    ],
)
def test_bad_keys(lines, line, value):
    with pytest.raises(BadFile) as refusal:
        dynamic_keys.read(
            "ACC00000001_15_01112024_30112024.txt", f"Horodate;30001000000201;30001000000202\n{lines}".encode()
        )
    assert (refusal.value.line, refusal.value.value) == (line, value)


@pytest.mark.parametrize(
    ("written", "key_type"),
    [("Par défaut", "default"), ("STATIQUE", "static"), ("Dynamique Simple", "dynamic"),
     ("Full Dynamique", "full_dynamic"), ("", None)],
)  # fmt: skip
def test_annexe_2_11_in_latin_1(written, key_type):
    content = f"DENOMINATION_OP;Toits d'Été\nCODE POSTAL_OP;1990\nREPARTITION_OP;{written}\nTEL_PMO;01 99 00 01 23"
    found = annexe2.read_operation("TOITS_20250115_ANNEXE2.11.csv", content.encode("iso-8859-1"), RECEIVED)
    row = found.rows[0]
    assert (row["name"], row["post_code"], row["key_type"]) == ("Toits d'Été", "01990", key_type)
    assert row["declared_on"] == date(2025, 1, 15)
    assert "01 99 00 01 23" in row["settings"]
    assert found.operation_id is None


def test_bad_annexe_2_11():
    with pytest.raises(BadFile, match="DENOMINATION_OP"):
        annexe2.read_operation("ACC00000001_20250115_ANNEXE2.11.csv", b"COMMUNE_OP;X\n", RECEIVED)
    with pytest.raises(BadFile) as refusal:
        content = b"DENOMINATION_OP;X\nREPARTITION_OP;Au hasard\n"
        annexe2.read_operation("ACC00000001_20250115_ANNEXE2.11.csv", content, RECEIVED)
    assert (refusal.value.line, refusal.value.value) == (2, "Au hasard")


HEADER = "TYPE;PRM;RACCO;RAISON SOCIALE;ADRESSE;SIRET_RNA;COEF_STATIC;MAIL;PUISSANCE;INSTALLATION\n"


def participants(rows: str):
    return annexe2.read_participants("ACC00000001_ANNEXE2.12.csv", (HEADER + rows).encode("iso-8859-1"), RECEIVED)


def test_annexe_2_12():
    found = participants(
        "CONS;'01234567891234;;Mairie;1 rue de l'Été;99900000100011;23,34;;;\n"
        "CONS;;123456C098765;Préau;2 rue;W999999999;76,66;;;\n"
        "PROD;01234567891234;;Mairie;1 rue;;;a@b.example;18,5;SOLAIRE PHOTOVOLTAIQUE\n"
    )
    assert [(r["role"], r["prm"], r["connection_request"], r["share"], r["power_kw"]) for r in found.rows] == [
        ("consumer", "01234567891234", None, Decimal("0.2334"), None),
        ("consumer", None, "123456C098765", Decimal("0.7666"), None),
        ("producer", "01234567891234", None, None, 18.5),
    ]
    assert found.rows[0]["declared_on"] == RECEIVED
    assert found.rows[0]["address"] == "1 rue de l'Été"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("STOCK;30001000000201;;A;B;;10;;;\n", 2),
        ("CONS;;;A;B;;10;;;\n", 2),
        ("CONS;30001000000201;;A;B;;100,01;;;\n", 2),
        ("CONS;30001000000201;;A;B;;10;;;\nCONS;30001000000201;;A;B;;20;;;\n", 3),
        ("CONS;3000100000020;;A;B;;10;;;\n", 2),
    ],
)
def test_bad_annexe_2_12(rows, line):
    with pytest.raises(BadFile) as refusal:
        participants(rows)
    assert refusal.value.line == line


def annexe_2_12(header: str) -> list[tuple[str, int | None, str]]:
    rows = "CONS;30001000000201;;Mairie;1 rue;99900000100011;23,34;;;\n"
    found = annexe2.read_participants("ACC00000001_ANNEXE2.12.csv", (header + rows).encode(), RECEIVED)
    return [(note.check_name, note.line, note.message) for note in found.notes]


def test_columns_of_annexe_2_12_that_lack_are_named_beside_those_that_took_their_place():
    assert annexe_2_12(HEADER.replace("COEF_STATIC", "COEF")) == [
        ("missing_columns", 1, "Colonne obligatoire absente : COEF_STATIC. Aucun coefficient de clé statique n'est "
         "donc lu. Colonne inconnue, conservée sans être interprétée : COEF.")
    ]  # fmt: skip
    two = annexe_2_12(HEADER.replace("RAISON SOCIALE", "NOM").replace("ADRESSE", "RUE"))
    assert two == [
        ("missing_columns", 1, "Colonnes obligatoires absentes : RAISON SOCIALE, ADRESSE. Colonnes inconnues, "
         "conservées sans être interprétées : NOM, RUE.")
    ]  # fmt: skip
    # What only producers must tell lacks to nobody here; the rest is as before.
    assert annexe_2_12(HEADER.replace("PUISSANCE", "KWC"))[0][0] == "unknown_columns"
    assert annexe_2_12(HEADER) == []


def test_a_missing_column_is_named():
    with pytest.raises(BadFile) as refusal:
        annexe2.read_participants("ACC00000001_ANNEXE2.12.csv", b"TYPE;RACCO;POINT\nCONS;1;2\n", RECEIVED)
    assert refusal.value.column == "PRM"
    assert refusal.value.reason == "Colonne obligatoire absente : PRM. Colonne inconnue : POINT."


def test_the_examples_shipped_are_read():
    prices = prices_file.read("prices.csv", (REFERENCE / "prices.example.csv").read_bytes())
    assert prices.notes == ()
    assert [(r["price"], r["slot"], r["value"]) for r in prices.rows][-2:] == [
        ("avoided_price", "HP", Decimal("0.165")),
        ("avoided_price", "HC", Decimal("0.128")),
    ]
    assert (prices.rows[-1]["valid_from"], prices.rows[-1]["valid_to"]) == (date(2025, 1, 1), date(2026, 1, 1))
    assert prices.rows[2]["operation_id"] is None
    content = (REFERENCE / "operations.example.toml").read_bytes()
    operations = operations_file.read("operations.toml", content, RECEIVED)
    assert [(r["operation_id"], r["key_type"], r["anniversary_day"]) for r in operations.rows] == [
        ("ACC00000001", "static", 1),
        ("ACC00000002", "default", 15),
    ]
    assert "compta@valfleuri.example" in operations.rows[0]["recipients"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("ACC1;;local_price;;2025-01-01;;0,09", "operation_id"),
        (";;prix;;2025-01-01;;0,09", "price"),
        (";;local_price;NUIT;2025-01-01;;0,09", "slot"),
        (";;local_price;;;;0,09", "valid_from"),
        (";;local_price;;2025-01-01;2025-01-01;0,09", "valid_to"),
        (";;local_price;;2025-01-01;;neuf", "value_eur_per_kwh"),
    ],
)
def test_bad_prices(row, column):
    content = f"operation_id;prm;price;slot;valid_from;valid_to;value_eur_per_kwh\n{row}\n".encode()
    with pytest.raises(BadFile) as refusal:
        prices_file.read("prices.csv", content)
    assert (refusal.value.line, refusal.value.column) == (2, column)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('[ACC00000001]\nname = "A\n', 2),
        ('\n[ACC1]\nname = "A"\n', 2),
        ("[ACC00000001]\nanniversary_day = 32\n", 2),
        ('[ACC00000001]\nkey_type = "au hasard"\n', 2),
        ('[ACC00000001.recipients]\naccountant = ["pas une adresse"]\n', 2),
        ('[ACC00000001.recipients]\naccountant = []\n\nplumber = ["a@b.example"]\n', 4),
        ('[ACC00000001]\nrecipients = {accountant = ["pas une adresse"]}\n', 2),
        ('[ACC00000001]\nname = "A"\nrecipients.accountant = ["pas une adresse"]\n', 3),
        ('[ACC00000002]\nstart_date = 2025-01-31\n[ACC00000001] # ici\n\nstart_date = "demain"\n', 5),
        ('[ACC00000001.annexe2]\nTELEPHONE = "0199000123"\n', 2),
        ("[ACC00000001.annexe2]\nTEL_PMO = 199000123\n", 2),
    ],
)
def test_bad_operations(content, line):
    with pytest.raises(BadFile) as refusal:
        operations_file.read("operations.toml", content.encode(), RECEIVED)
    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("content", "told", "line", "column"),
    [
        ('[ACC00000001]\nname = "A\n', "guillemet", 2, "10"),
        ("[ACC00000001]\nname = Soleil\n", "illisible", 2, "8"),
        ("[ACC00000001.recipients]\naccountant = [\n", "crochet", 2, None),
        ('[ACC00000001]\nname = "A"\nname = "B"\n', "deux fois", 3, "11"),
        ("[ACC00000001]\nname\n", "signe =", 2, "5"),
    ],
)
def test_a_badly_written_file_is_told_in_french(content, told, line, column):
    with pytest.raises(BadFile) as refusal:
        operations_file.read("operations.toml", content.encode(), RECEIVED)
    assert refusal.value.reason.startswith("Fichier TOML mal écrit : ")
    assert told in refusal.value.reason
    assert not {"at", "line", "value", "Expected"} & set(refusal.value.reason.split())
    assert (refusal.value.line, refusal.value.column) == (line, column)


def test_an_unknown_setting_is_named_with_its_line():
    content = b'[ACC00000001]\nname = "A"\n\n[ACC00000002]\nname = "B"\ncouleur = "bleu"\n'
    (note,) = operations_file.read("operations.toml", content, RECEIVED).notes
    assert (note.line, note.value) == (6, "ACC00000002.couleur")
    assert "« couleur »" in note.message
