"""What the refusal of a file of no known kind says: what was seen, what comes nearest, what was expected."""

import pytest

from energy_pipeline.formats.model import BadFile
from energy_pipeline.landing import recognise
from tests.unit.formats.supplier_files import workbook

EXPECTED = " Attendu : une Annexe 2.1, une synthèse d'Enedis ou un export de fournisseur (EDF, ENGIE, TotalEnergies)."


def reason(name: str, content: bytes) -> str:
    with pytest.raises(BadFile) as refusal:
        recognise.kind_of(name, content)
    return refusal.value.reason


@pytest.mark.parametrize("lines", [[], [[None, None], [" "]]])
def test_an_empty_workbook_is_said_to_be_empty_with_its_sheets(lines):
    assert reason("a.xlsx", workbook(Feuil1=lines)) == (
        "Le classeur est vide : rien n'est écrit dans sa feuille « Feuil1 »."
    )
    assert "ses feuilles « A », « B » et « C »." in reason("a.xlsx", workbook(A=lines, B=lines, C=lines))


@pytest.mark.parametrize("content", [b"", b"\n\n", b";;;\n;;;\n", "\ufeff".encode()])
def test_an_empty_csv_is_said_to_be_empty(content):
    assert reason("a.csv", content) == "Le fichier est vide."


def test_sheets_of_which_none_fits_are_named_with_their_first_cells():
    content = workbook(Suivi=[[], ["Bâtiment", "Surface\nchauffée"], ["Mairie", 3]], Vide=[], Notes=[["à voir"]])
    assert reason("a.xlsx", content) == (
        f"Classeur non reconnu (feuille « Suivi » : Bâtiment, Surface chauffée ; feuille « Notes » : à voir).{EXPECTED}"
    )


def test_only_some_sheets_and_cells_are_shown():
    wide = [[f"colonne {place}" for place in range(40)], ["x" * 900]]
    said = reason("a.xlsx", workbook(**{f"F{rank}": wide for rank in range(9)}, G=[["y" * 900]]))
    assert "feuille « F4 » : colonne 0, colonne 1, colonne 2, colonne 3, colonne 4, colonne 5, … ; " in said
    assert "« F5 »" not in said and "5\u00a0autres feuilles)." in said
    assert f"feuille « A » : {'x' * 40}… ; " in reason("a.xlsx", workbook(A=[["x" * 900]], B=[["b"]]))


def test_an_export_that_lacks_too_much_to_be_known_is_told_apart_with_what_lacks():
    head = ["NUM FACTURE", "DATE COMPTABLE", "NOM SITE", "VILLE"]
    said = reason("a.xlsx", workbook(Factures=[head, ["1", "2025-10-01", "Mairie", "Valfleuri"]]))
    assert said.startswith(
        "Classeur non reconnu (feuille « Factures » : NUM FACTURE, DATE COMPTABLE, NOM SITE, VILLE)."
    )
    assert " La feuille « Factures » ressemble à un export de TotalEnergies (3\u00a0colonnes en commun). " in said
    lacks = said.partition("Colonnes obligatoires absentes : ")[2].partition(".")[0].split(", ")
    assert {"TOTAL TTC", "TOTAL HORS TVA"} <= set(lacks) and "NUM FACTURE" not in lacks
    assert "ressemble" not in reason("a.xlsx", workbook(Lieux=[["Adresse", "Surface"], ["1 rue", "3"]]))


def test_a_csv_that_nobody_knows_shows_its_first_line():
    said = reason("a.csv", "Bâtiment;Surface\nMairie;3\n".encode())
    assert said.startswith(
        "Fichier non reconnu, ni par son nom ni par sa première ligne : Bâtiment, Surface. Attendu : "
    )
    assert "prices.csv ou consents.csv." in said


@pytest.mark.parametrize(("name", "is_told"), [("a.xls", True), ("a.ODS", True), ("a.pdf", False)])
def test_a_workbook_of_another_type_is_to_be_saved_again(name, is_told):
    assert ("l'enregistrer au format .xlsx" in reason(name, b"x")) is is_told
