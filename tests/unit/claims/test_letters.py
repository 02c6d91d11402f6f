"""The letters: to whom, with which figures, whatever the names; the same bytes each time."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest
from docx import Document

from energy_pipeline.claims import Selection, write_claims
from energy_pipeline.claims.tables import MOST_ROWS
from tests.unit.claims.conftest import (
    ACC,
    EVIL_SITE,
    FINDINGS,
    GLOW,
    HALL,
    OTHER,
    POOL,
    SCHOOL,
    SUN,
    finding,
    paper,
    published,
)

DAY = date(2025, 12, 1)


@pytest.fixture(scope="module")
def written(publication, tmp_path_factory):
    return write_claims(publication, tmp_path_factory.mktemp("letters"), day=DAY, contest_default_keys=True)


def letter_of(written, addressee, *operations):
    (found,) = [one for one in written if (one.addressee, one.operations) == (addressee, operations)]
    return found


def path_of(letter, suffix) -> Path:
    return next(path for path in letter.paths if path.suffix == suffix)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def words(path: Path) -> str:
    """Return the text of a .docx, tables included, on one line."""
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return plain(" ".join([paragraph.text for paragraph in document.paragraphs] + cells))


def test_one_letter_per_supplier_and_organiser_and_one_per_convention_for_enedis(written):
    assert [(one.addressee, one.operations, one.amount_eur, one.amount_ttc_eur) for one in written] == [
        (SUN, (), Decimal("200.00"), Decimal("240.00")),
        (SUN, (ACC,), Decimal("172.48"), Decimal("206.98")),
        (SUN, (OTHER,), Decimal("7.00"), Decimal("8.40")),
        (GLOW, (ACC,), Decimal("5.00"), Decimal("6.00")),
        ("Enedis", (ACC,), Decimal("20.01"), None),
        ("Enedis", (OTHER,), Decimal("0"), None),
    ]
    names = [path.name for one in written for path in one.paths]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"reclamation_[A-Za-z0-9_-]+\.(docx|pdf|xlsx)", name) for name in names)


@pytest.mark.parametrize("suffix", [".docx", ".pdf"])
def test_the_suppliers_letter_says_the_figures_of_the_findings(written, suffix):
    path = path_of(letter_of(written, SUN, ACC), suffix)
    said = words(path) if suffix == ".docx" else paper(path)
    said = plain(said)
    for expected in (
        "Commune de Valfleuri", "2 place de l’Église", "99001 Valfleuri", "SIRET : 999 001 019 00010",
        "Valfleuri, le 1er décembre 2025", "Lettre recommandée avec avis de réception",
        "n° ACC00000011", "F9, F10", "du 01/09/2025 au 31/10/2025",
        "5 erreurs sur 2 factures, pour un total de 172,48 € HT, soit 206,98 € TTC",
        "Électricité autoconsommée non déduite", "Consommation surfacturée", "Autres erreurs de facturation",
        # 1 700,5 − 800 = 900,5 kWh; 100,05 / 900,5 = 0,1111.
        "facture n° F9, point 30001000000011 : 1 700,5 kWh − 800,0 kWh = 900,5 kWh, à 0,1111 €/kWh en moyenne, "
        "soit 100,05 € HT et 120,06 € TTC",
        "accise perçue sur ces mêmes kilowattheures (30,00 € HT",
        "École du Pré", "factures_9.xlsx, ligne 7", "30001000000011_complement.csv",
        "article L. 315-4", "articles 5.2.2.2 et 9", "sujettes à restitution", "trente jours",
        "de rembourser les sommes déjà payées, soit 206,98 € TTC", "à chiffrer", "Odile Ravel", "Maire",
    ):  # fmt: skip
        assert expected in said, expected
    # Neither what is to review nor what is billed too low; no law that the references do not hold.
    for unsaid in ("30001000000011_consumption.csv", "Constat 6", "20,00", "{%", "G1", "H1", "Code civil"):
        assert unsaid not in said, unsaid


def test_the_tables_add_up_to_the_cent(written):
    document = Document(str(path_of(letter_of(written, SUN, ACC), ".docx")))

    def euros(text: str) -> Decimal:
        return Decimal(re.sub(r"\s", "", text).replace(",", ".").replace("−", "-"))

    totals = []
    for table in document.tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if rows[-1][0] != "Total":
            continue
        for column in (-2, -1):
            parts = [euros(row[column]) for row in rows[1:-1] if row[column] != "à chiffrer"]
            assert sum(parts) == euros(rows[-1][column])
        totals.append(euros(rows[-1][-2]))
    assert totals == [Decimal("150.15"), Decimal("9.99"), Decimal("12.34")]


def test_the_workbook_has_every_line_with_its_sources(written):
    sheet = openpyxl.load_workbook(path_of(letter_of(written, SUN, ACC), ".xlsx")).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    header = rows[0]
    lines = [dict(zip(header, row, strict=True)) for row in rows[1:-1]]
    assert [line["Identifiant"] for line in lines] == [f"{number:016x}" for number in (1, 4, 5, 3, 2)]
    first = lines[0]
    assert (first["Facturé"], first["Attendu"], first["Écart"]) == (1700.5, 800, 900.5)
    assert first["Prix moyen par kWh"] == pytest.approx(100.05 / 900.5)
    assert (first["Export du fournisseur"], first["Publications d'Enedis"]) == (
        "exports/factures_9.xlsx, ligne 7", "enedis/30001000000011_complement.csv",
    )  # fmt: skip
    total = dict(zip(header, rows[-1], strict=True))
    assert (total["À réclamer HT"], total["À réclamer TTC"]) == (172.48, 206.98)


def test_enedis_is_told_the_split_the_loss_and_the_articles(written):
    letter = letter_of(written, "Enedis", ACC)
    for said in (words(path_of(letter, ".docx")), paper(path_of(letter, ".pdf"))):
        for expected in (
            "convention n° ACC00000011", "dans les formes de l’article 8.8",
            "La répartition publiée s’écarte du recalcul.", "20,01 € HT", "article 7.1", "article 5.2.3",
            "Trois heures absentes de la courbe de l’école.", "30001000000021, producteur",
            "de nous rencontrer", "deux mois", "articles 5.2.2.2 à 5.2.2.5",
        ):  # fmt: skip
            assert expected in said, expected
        for unsaid in ("Autre période", "4.4.3", "1302"):
            assert unsaid not in said, unsaid


def test_the_cent_of_rounding_goes_to_the_largest_share(written):
    letter = letter_of(written, "Enedis", ACC)
    table = Document(str(path_of(letter, ".docx"))).tables[0]
    assert [row.cells[-1].text for row in table.rows][1:] == ["16,01", "4,00", "—", "20,01"]


def test_default_keys_are_contested_on_demand_only(publication, written, tmp_path):
    said = words(path_of(letter_of(written, "Enedis", OTHER), ".docx"))
    for expected in ("article 4.4.3", "article D. 315-6", "2 980 pas de mesure", "du 01/10/2025 au 31/10/2025"):
        assert expected in said, expected
    assert [path.suffix for path in letter_of(written, "Enedis", OTHER).paths] == [".docx", ".pdf"]
    told = letter_of(written, "Enedis", OTHER).to_complete
    assert "circonstances de la défaillance du dispositif d'Enedis" in told
    quiet = write_claims(publication, tmp_path, Selection(party="enedis"), day=DAY)
    assert [one.operations for one in quiet] == [(ACC,)]


def test_a_wrong_slot_split_is_told_slot_by_slot(tmp_path):
    slots = "HP : 434 kWh facturés pour 403 kWh attendus ; HC : 218 kWh facturés pour 249 kWh attendus"
    price = "HP : +31,0 kWh × 0,1720 €/kWh ; HC : −31,0 kWh × 0,1316 €/kWh, prix unitaires de ces postes sur la facture"
    wrong = finding(
        1, "wrong_slot_split", 10, "1.15", "1.38", expected=403.0, observed=434.0,
        evidence=json.dumps([{"file": "exports/factures_10.xlsx", "line": 7, "slots": slots, "price": price}]),
    )  # fmt: skip
    (letter,) = write_claims(published(tmp_path / "energy.duckdb", [wrong]), tmp_path / "out", day=DAY)
    for said in (plain(words(path_of(letter, ".docx"))), plain(paper(path_of(letter, ".pdf")))):
        for expected in (
            "mauvais", "1,15", "1,38",
            f"Facture n° F10, point 30001000000011, du 01/10/2025 au 31/10/2025 : {slots}. Calcul : {price}.",
            "l’attendu est la part de complément de ce poste", "article L. 315-4", "poste par poste",
        ):  # fmt: skip
            assert expected in said, expected


def test_names_are_shown_as_they_are_and_do_nothing(written):
    letter = letter_of(written, SUN, ACC)
    sheet = openpyxl.load_workbook(path_of(letter, ".xlsx")).active
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if row[2].value == POOL and cell.column == 4]
    assert (cell.data_type, cell.value[:10]) == ("s", EVIL_SITE[:10])
    for said in (words(path_of(letter, ".docx")), paper(path_of(letter, ".pdf"))):
        assert "#strong[Piscine]" in said
        assert "{{ 7*7 }} & Cie" in said
        assert "49" not in re.findall(r"\b49\b", said)
    headings = [p.text for p in Document(str(path_of(letter, ".docx"))).paragraphs if p.style.name == "Heading 2"]
    assert headings.count("Demandes") == 1


def test_the_same_claims_give_the_same_bytes(publication, written, tmp_path):
    again = write_claims(publication, tmp_path, day=DAY, contest_default_keys=True)
    for before, after in zip(written, again, strict=True):
        assert [path.read_bytes() for path in before.paths] == [path.read_bytes() for path in after.paths]


def test_a_selection_by_month_supplier_and_operation(publication, tmp_path):
    september = Selection((ACC,), SUN, "supplier", date(2025, 9, 1), date(2025, 9, 1))
    (letter,) = write_claims(publication, tmp_path, september, day=DAY)
    assert (letter.amount_eur, letter.amount_ttc_eur) == (Decimal("100.05"), Decimal("120.06"))
    said = words(path_of(letter, ".docx"))
    assert "Autres erreurs" not in said
    assert "F10" not in said


def test_nothing_to_claim_writes_nothing(publication, tmp_path):
    none = Selection(first=date(2024, 1, 1), last=date(2024, 12, 1))
    assert write_claims(publication, tmp_path / "none", none, day=DAY) == []
    assert not (tmp_path / "none").exists()


def test_without_a_day_and_an_address_the_letter_says_what_to_complete(publication, tmp_path):
    (letter,) = write_claims(publication, tmp_path, Selection((OTHER,), SUN))
    assert letter.to_complete == (
        "adresse de l'organisateur", "numéro SIRET ou RNA de l'organisateur", "date de la lettre",
        "adresse du destinataire (Fournisseur du Val)",
    )  # fmt: skip
    said = words(path_of(letter, ".docx"))
    assert "le ……" in said
    assert "Nom et qualité : ……" in said


def test_a_mandate_is_asked_for_the_contracts_of_others(tmp_path):
    held = {SCHOOL: "commune de valfleuri", HALL: "Mme Odette Brun", POOL: "Centre nautique"}
    path = published(tmp_path / "energy.duckdb")
    with duckdb.connect(str(path)) as connection:
        for prm, name in held.items():
            connection.execute(
                "INSERT INTO marts.participant (operation_id, prm, role, valid_from, name, role_source) "
                "VALUES (?, ?, 'consumer', DATE '2025-01-01', ?, 'annexe2')",
                [ACC, prm, name],
            )
    asked = {
        one.addressee: one.to_complete for one in write_claims(path, tmp_path / "letters", Selection((ACC,)), day=DAY)
    }
    mandate = (
        "mandat pour les contrats au nom de Centre nautique et Mme Odette Brun, s'ils ne sont pas à l'organisateur"
    )
    assert mandate in asked[SUN]
    assert not [line for line in (*asked[GLOW], *asked["Enedis"]) if "mandat" in line]


def test_the_address_given_is_that_of_the_letter(publication, tmp_path):
    lines = (SUN, "Service réclamations", "12 rue des Acacias", "99001 Valfleuri")
    (letter,) = write_claims(publication, tmp_path, Selection((OTHER,), SUN), day=DAY, addressees={SUN: lines})
    assert "adresse du destinataire (Fournisseur du Val)" not in letter.to_complete
    assert "Service réclamations 12 rue des Acacias 99001 Valfleuri" in paper(path_of(letter, ".pdf"))


def test_bills_of_no_operation_come_from_the_only_organiser(tmp_path):
    alone = [row for row in FINDINGS if row["check_name"] == "duplicate_bill"]
    publication = published(tmp_path / "alone.duckdb", alone)
    import duckdb

    with duckdb.connect(str(publication)) as connection:
        connection.execute("DELETE FROM marts.operation WHERE operation_id = ?", [OTHER])
    (letter,) = write_claims(publication, tmp_path / "out", day=DAY)
    assert letter.operations == (ACC,)
    assert "Commune de Valfleuri" in words(path_of(letter, ".docx"))


def test_a_long_claim_shows_its_first_rows_and_sums_the_others(tmp_path):
    many = [finding(number, "over_billed", 9, "1.01", "1.21", expected=10.0, observed=20.0, detail_id=f"{number:04}")
            for number in range(1, MOST_ROWS + 41)]  # fmt: skip
    (letter,) = write_claims(published(tmp_path / "many.duckdb", many), tmp_path / "out", day=DAY)
    assert letter.amount_eur == Decimal("101.00")
    table = Document(str(path_of(letter, ".docx"))).tables[0]
    last, total = [[cell.text for cell in row.cells] for row in table.rows[-2:]]
    assert (last[0], last[-2], total[-2]) == ("… 40 autres", "40,40", "101,00")
    assert openpyxl.load_workbook(path_of(letter, ".xlsx")).active.max_row == 3 + MOST_ROWS + 40 + 1


def test_a_split_without_prices_is_contested_without_euros(tmp_path):
    split = [{**row, "amount_eur": None} for row in FINDINGS if row["check_name"] == "published_split_differs"]
    (letter,) = write_claims(published(tmp_path / "split.duckdb", split), tmp_path / "out", day=DAY)
    said = words(path_of(letter, ".docx"))
    assert "Le préjudice qui n’est pas chiffré ici le sera ultérieurement." in said
    assert "indemniser" not in said
    assert SCHOOL in said
