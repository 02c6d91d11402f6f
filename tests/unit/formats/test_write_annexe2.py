"""Annexe 2: each printed rule broken once, what is written, and the workbook as openpyxl opens it."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from energy_pipeline.formats import annexe2, annexe2_rules, annexe2_workbook, annexe2_write
from energy_pipeline.formats.annexe2_declaration import Declaration, from_operation_csv, from_workbook
from energy_pipeline.formats.annexe2_rules import NotConform, check, check_labels, check_name
from energy_pipeline.formats.model import BadFile
from tests.sirets import siret

ON = date(2025, 10, 1)
FIELDS = {
    "DENOMINATION_OP": "Toits d'Été", "COMMUNE_OP": "Valfleuri", "CODE POSTAL_OP": "01990",
    "REPARTITION_OP": "Statique", "DATE DEM_OP": "01/01/2026", "NOM SOCIAL_PMO": "Commune de Valfleuri",
    "SIRET RNA_PMO": siret(1), "JURIDIQUE_PMO": "Collectivité territoriale", "CODE NAF_PMO": "8411Z",
    "ADRESSE_PMO": "1 place de la Mairie", "CODE POSTAL_PMO": "01990", "COMMUNE_PMO": "Valfleuri",
    "EMAIL1_PMO": "energie@valfleuri.example", "NOM_PMO": "VAUTRIN", "PRENOM_PMO": "Armelle",
    "TEL_PMO": "01 99 00 01 23",
}  # fmt: skip
SCHOOL = {"TYPE": "CONS", "PRM": "01000000000201", "RAISON SOCIALE": "École", "ADRESSE": "2 rue du Pré",
          "SIRET_RNA": siret(2), "COEF_STATIC": "23,34"}  # fmt: skip
NEWCOMER = {"TYPE": "CONS", "RACCO": "123456C098765", "RAISON SOCIALE": "Préau", "ADRESSE": "3 rue du Pré",
            "SIRET_RNA": "W099999999", "COEF_STATIC": "76,66"}  # fmt: skip
ROOF = {"TYPE": "PROD", "PRM": "30001000000101", "RAISON SOCIALE": "École", "ADRESSE": "2 rue du Pré",
        "SIRET_RNA": siret(2), "MAIL": "toit@valfleuri.example", "PUISSANCE": "18,5",
        "INSTALLATION": "SOLAIRE PHOTOVOLTAIQUE"}  # fmt: skip
DECLARED = Declaration(FIELDS, (SCHOOL, NEWCOMER, ROOF))
AGENT = {
    "NOM SOCIAL_MDT": "Conseil & Co", "SIRET RNA_MDT": siret(3), "JURIDIQUE_MDT": "SAS", "CODE NAF_MDT": "7112B",
    "ADRESSE_MDT": "4 rue du Port", "CODE POSTAL_MDT": "99000", "COMMUNE_MDT": "Portville", "NOM_MDT": "ROL",
    "PRENOM_MDT": "Ida", "TEL_MDT": "0199000456",
}  # fmt: skip


def with_field(label: str, value: str | None) -> Declaration:
    fields = {name: text for name, text in FIELDS.items() if name != label}
    return replace(DECLARED, fields=fields | ({label: value} if value else {}))


def with_cell(row: dict[str, str], label: str, value: str | None) -> Declaration:
    changed = {name: text for name, text in row.items() if name != label} | ({label: value} if value else {})
    return replace(DECLARED, participants=tuple(changed if one is row else one for one in DECLARED.participants))


def serious(found: Declaration, form="csv") -> list[str]:
    return [str(fault) for fault in check(found, ON, form) if not fault.is_remark]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_right_annexe_2_has_no_fault(form):
    assert check(DECLARED, ON, form) == []
    assert check(replace(DECLARED, fields=FIELDS | AGENT), ON, form) == []


@pytest.mark.parametrize(
    ("label", "value", "rule"),
    [
        ("DENOMINATION_OP", "x" * 65, "65 caractères, 64 au plus"),
        ("DENOMINATION_OP", None, "champ obligatoire"),
        ("CODE POSTAL_OP", "1990", "code postal de 5 chiffres"),
        ("REPARTITION_OP", "Statiques", "hors de la liste"),
        ("REPARTITION_OP", "statique", "à écrire « Statique »"),
        ("MAILLE GEO_OP", "Périmètre", "hors de la liste"),
        ("DATE DEM_OP", "2026-01-01", "date JJ/MM/AAAA"),
        ("DATE DEM_OP", "30/02/2026", "date JJ/MM/AAAA"),
        ("HLM_OP", "Peut-être", "hors de la liste"),
        ("NOM SOCIAL_PMO", "x" * 151, "151 caractères, 150 au plus"),
        ("SIRET RNA_PMO", siret(1)[:-1] + str((int(siret(1)[-1]) + 1) % 10), "clé de contrôle"),
        ("SIRET RNA_PMO", "1234567890123", "SIRET de 14 chiffres"),
        ("SIRET RNA_PMO", "W1234567", "SIRET de 14 chiffres"),
        ("JURIDIQUE_PMO", "Commune", "hors de la liste"),
        ("EMAIL1_PMO", "energie@valfleuri", "un @ et un point"),
        ("EMAIL2_PMO", "energie.example", "un @ et un point"),
        ("EMAIL1_PMO", "x" * 120 + "@a.example", "128 au plus"),
        ("NOM_PMO", "x" * 55, "54 au plus"),
        ("TEL_PMO", "+33 1 99 00 01 23", "12 caractères, 10 au plus"),
    ],
)
def test_each_rule_of_the_operation(label, value, rule):
    assert [rule in fault for fault in serious(with_field(label, value))] == [True]
    assert label in serious(with_field(label, value))[0]
    assert "§11.2.1.2" in serious(with_field(label, value))[0]


@pytest.mark.parametrize("number", ["W12345678", "W123456789", "A2021ABC000123", siret(77)])
def test_the_numbers_that_a_company_or_an_association_may_have(number):
    assert serious(with_field("SIRET RNA_PMO", number)) == []


@pytest.mark.parametrize(
    ("row", "label", "value", "rule"),
    [
        (SCHOOL, "TYPE", "CONSO", "hors de la liste"),
        (SCHOOL, "PRM", "1000000000201", "PRM de 14 chiffres"),
        (SCHOOL, "PRM", "012345678901234", "PRM de 14 chiffres"),
        (NEWCOMER, "RACCO", None, "champ obligatoire"),
        (NEWCOMER, "RACCO", "1" * 21, "20 au plus"),
        (SCHOOL, "RAISON SOCIALE", None, "champ obligatoire"),
        (SCHOOL, "ADRESSE", None, "champ obligatoire"),
        (SCHOOL, "COEF_STATIC", None, "champ obligatoire"),
        (SCHOOL, "COEF_STATIC", "23.34", "après une virgule"),
        (SCHOOL, "COEF_STATIC", "100,5", "de 0 à 100"),
        (SCHOOL, "COEF_STATIC", "-1", "de 0 à 100"),
        (SCHOOL, "COEF_STATIC", "23,35", "dépasse 100 %"),
        (ROOF, "MAIL", None, "champ obligatoire"),
        (ROOF, "MAIL", "toit", "un @ et un point"),
        (ROOF, "PUISSANCE", None, "champ obligatoire"),
        (ROOF, "PUISSANCE", "dix-huit", "puissance en kW"),
        (ROOF, "INSTALLATION", None, "champ obligatoire"),
        (ROOF, "INSTALLATION", "Solaire photovoltaïque", "à écrire « SOLAIRE PHOTOVOLTAIQUE »"),
    ],
)
def test_each_rule_of_the_participants(row, label, value, rule):
    faults = serious(with_cell(row, label, value))
    assert any(rule in fault for fault in faults)


def test_shares_are_asked_for_with_static_keys_only():
    changed = with_cell(SCHOOL, "COEF_STATIC", None)
    assert serious(replace(changed, fields=FIELDS | {"REPARTITION_OP": "Par défaut"})) == []


def test_a_participant_declared_twice_and_a_list_without_any():
    twice = replace(DECLARED, participants=(*DECLARED.participants, SCHOOL | {"COEF_STATIC": "0"}))
    assert ["déclaré deux fois" in fault for fault in serious(twice)] == [True]
    both_roles = replace(DECLARED, participants=(SCHOOL, ROOF | {"PRM": SCHOOL["PRM"]}))
    assert serious(both_roles) == []
    assert ["aucun participant" in fault for fault in serious(replace(DECLARED, participants=()))] == [True]


def test_the_fields_of_an_agent_are_asked_for_only_if_there_is_one_and_only_in_the_csv():
    alone = replace(DECLARED, fields=FIELDS | {"NOM SOCIAL_MDT": "Conseil & Co"})
    missing = serious(alone)
    assert len(missing) == len(AGENT) - 1
    assert all(any(label in fault for fault in missing) for label in AGENT if label != "NOM SOCIAL_MDT")
    assert serious(alone, "xlsx") == []


def test_remarks_do_not_refuse():
    household = with_cell(SCHOOL, "SIRET_RNA", None)
    assert [fault.is_remark for fault in check(household, ON, "csv")] == [True]
    assert annexe2_write.write_participants(household, ON, is_static=True)
    both = with_cell(SCHOOL, "RACCO", "123")
    assert [fault.where for fault in check(both, ON, "csv") if fault.is_remark] == ["RACCO de CONS 01000000000201"]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("Les Œuvres", "« Œ » (U+0152) absent d'ISO-8859-1"),
        ("L’école", "« ’ » (U+2019) absent d'ISO-8859-1"),
        ("A;B", "« ; » interdit"),
        ('Le "Pré"', '« " » interdit'),
    ],
)
def test_a_character_that_the_csv_cannot_hold_is_named(value, rule):
    found = with_cell(SCHOOL, "RAISON SOCIALE", value)
    assert [rule in fault for fault in serious(found)] == [True]
    assert serious(found, "xlsx") == []
    assert serious(annexe2_write.without_typography(found)) == []


def test_a_line_end_is_refused_everywhere():
    for form in ("csv", "xlsx"):
        assert any("U+000A" in fault for fault in serious(with_cell(SCHOOL, "ADRESSE", "2 rue\nValfleuri"), form))


def test_all_faults_come_at_once_and_nothing_is_written():
    bad = replace(with_cell(ROOF, "MAIL", None), fields=FIELDS | {"COMMUNE_OP": "", "CODE POSTAL_OP": "1"})
    with pytest.raises(NotConform) as refusal:
        annexe2_workbook.write(bad, ON)
    assert [fault.where for fault in refusal.value.faults] == [
        "Commune", "Code Postal", "Mail du titulaire de PROD 30001000000101",
    ]  # fmt: skip
    for write in (annexe2_write.write_operation, lambda d, on: annexe2_write.write_participants(d, on, is_static=True)):
        with pytest.raises(NotConform):
            write(bad, ON)


@pytest.mark.parametrize(
    "name",
    ["ACC00000112_20191001_ANNEXE2.1.xlsx", "TOITS DU BOURG_20191001_ANNEXE2.11.csv", "A_20191001_ANNEXE2.12.csv"],
)
def test_right_names(name):
    assert check_name(name) == []


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("ACC00000112_20191001_ANNEXE2.1.csv", 1), ("ACC00000112_20191301_ANNEXE2.12.csv", 1),
        ("ACC00000112_01102019_ANNEXE2.12.csv", 1), ("_20191001_ANNEXE2.12.csv", 1),
        ("X" * 26 + "_20191001_ANNEXE2.12.csv", 0), ("X" * 27 + "_20191001_ANNEXE2.12.csv", 1),
        ("X" * 40 + ".csv", 1), ("X" * 60 + ".csv", 2),
    ],
)  # fmt: skip
def test_names_with_faults(name, count):
    assert len(check_name(name)) == count


def test_a_name_too_long_is_not_made():
    with pytest.raises(NotConform, match="50 au plus"):
        annexe2_write.file_name("SYNDICAT INTERCOMMUNAL D'ENERGIE", ON, "2.11")
    assert annexe2_write.file_name("ACC00000001", ON, "2.11") == "ACC00000001_20251001_ANNEXE2.11.csv"


def test_the_csv_as_printed():
    lines = annexe2_write.write_operation(DECLARED, ON).decode("iso-8859-1").split("\r\n")
    assert lines[:4] == [
        "DENOMINATION_OP;Toits d'Été",
        "COMMUNE_OP;Valfleuri",
        "CODE POSTAL_OP;01990",
        "MAILLE GEO_OP;",
    ]
    assert not any("_MDT" in line for line in lines)
    participants = annexe2_write.write_participants(DECLARED, ON, is_static=True).decode("iso-8859-1")
    assert participants == (
        "TYPE;PRM;RACCO;RAISON SOCIALE;ADRESSE;SIRET_RNA;COEF_STATIC;MAIL;PUISSANCE;INSTALLATION\r\n"
        f"CONS;'01000000000201;;École;2 rue du Pré;{siret(2)};23,34;;;\r\n"
        "CONS;;123456C098765;Préau;3 rue du Pré;W099999999;76,66;;;\r\n"
        f"PROD;30001000000101;;École;2 rue du Pré;{siret(2)};;toit@valfleuri.example;18,5;SOLAIRE PHOTOVOLTAIQUE\r\n"
    )


def test_labels_are_checked_to_the_letter():
    assert check_labels(annexe2_write.write_operation(DECLARED, ON), ON, "operation") == []
    assert check_labels(annexe2_write.write_participants(DECLARED, ON, is_static=True), ON, "participant") == []
    found = check_labels("Denomination_op;Été\nCOULEUR;bleu\n".encode(), ON, "operation")
    assert [fault.rule for fault in found] == [
        "le fichier est en UTF-8, ISO-8859-1 est attendu", "libellé à écrire « DENOMINATION_OP »", "libellé inconnu",
    ]  # fmt: skip
    header = b"TYPE;PRM;RACCO;RAISON SOCIALE;ADRESSE;SIRET RNA;COEF_STATIC;MAIL;PUISSANCE\n"
    assert [fault.rule for fault in check_labels(header, ON, "participant")] == [
        "colonne « SIRET_RNA » absente", "colonne « INSTALLATION » absente", "libellé à écrire « SIRET_RNA »",
    ]  # fmt: skip


def test_faults_of_a_file_say_the_line():
    found = from_operation_csv(b"DENOMINATION_OP;X\n\nCODE POSTAL_OP;1\n", ON)
    faults = annexe2_rules.check_operation(found, ON, "csv")
    assert "CODE POSTAL_OP, ligne 3, valeur « 1 » : code postal de 5 chiffres attendu" in "\n".join(map(str, faults))


def opened(found: Declaration = DECLARED, **options):
    return openpyxl.load_workbook(io.BytesIO(annexe2_workbook.write(found, ON, **options)))


def labels(sheet) -> dict[str, int]:
    return {row[0].value: row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value}


def test_the_workbook_has_three_sheets_marks_comments_and_texts():
    book = opened()
    assert book.sheetnames == ["Opération PMO Mandataire", "Consommateurs", "Producteurs"]
    first = book["Opération PMO Mandataire"]
    lines = labels(first)
    name = lines["Dénomination de l'opération d'ACC *"]
    assert first.cell(name, 2).value == "Toits d'Été"
    assert "64 caractères" in first.cell(name, 1).comment.text
    assert first.cell(lines["Date de démarrage envisagée"], 2).value.date() == date(2026, 1, 1)
    assert "Maille géographique" in lines
    assert "Téléphone *" in lines
    assert "Téléphone" in lines, "optional for an agent"
    consumers = book["Consommateurs"]
    header = [cell.value for cell in consumers[1]]
    assert [label.split(" (")[0] for label in header] == [
        "Numéro de PRM ou de PDL *", "Numéro de demande de raccordement",
        "Identité ou raison sociale du Consommateur titulaire du contrat d'accès au réseau *",
        "Adresse du consommateur titulaire du contrat d'accès au réseau *", "SIRET ou RNA *",
        "Coefficients statiques de répartition de la production autoconsommée entre chaque Consommateur",
    ]  # fmt: skip
    assert (consumers["A2"].value, consumers["A2"].number_format, consumers["A2"].data_type) == (
        "01000000000201", "@", "s",
    )  # fmt: skip
    assert consumers["F2"].value == 23.34
    assert [cell.value for cell in book["Producteurs"][2]][-2:] == ["18,5", "SOLAIRE PHOTOVOLTAIQUE"]


def test_closed_lists_are_drop_downs():
    book = opened()

    def choices(sheet: str, cell: str) -> list[str]:
        rules = [rule for rule in book[sheet].data_validations.dataValidation if cell in rule.sqref]
        assert [rule.type for rule in rules] == ["list"]
        name, cells = rules[0].formula1.split("!")
        return [row[0].value for row in book[name.strip("'")][cells.replace("$", "")]]

    lines = labels(book["Opération PMO Mandataire"])
    first = "Opération PMO Mandataire"
    assert choices(first, f"B{lines['Type de répartition']}") == [
        "Par défaut", "Statique", "Dynamique Simple", "Full Dynamique",
    ]  # fmt: skip
    assert choices(first, f"B{lines['Maille géographique']}")[1] == "Périmètre étendu"
    assert choices(first, f"B{lines['Forme juridique *']}")[-1] == "Autre"
    assert choices(first, f"B{lines['Forme juridique']}")[0] == "Collectivité territoriale"
    installations = choices("Producteurs", "H2")
    assert choices("Producteurs", "H150") == installations
    assert (len(installations), installations[0], installations[-1]) == (
        32, "SOLAIRE PHOTOVOLTAIQUE", "ENERGIES MARINES AUTRES",
    )  # fmt: skip
    assert book[first].column_dimensions["H"].hidden
    shares = [rule for rule in book["Consommateurs"].data_validations.dataValidation if "F2" in rule.sqref]
    assert [(rule.type, rule.formula1, rule.formula2) for rule in shares] == [("decimal", "0", "100")]


def test_a_text_that_looks_like_a_formula_stays_a_text():
    found = with_cell(SCHOOL, "RAISON SOCIALE", "=1+1")
    assert opened(found)["Consommateurs"]["C2"].data_type == "s"
    assert from_workbook(annexe2_workbook.write(found, ON), ON).participants[0]["RAISON SOCIALE"] == "=1+1"


def test_a_workbook_to_complete_colours_what_lacks():
    found = replace(with_cell(ROOF, "MAIL", None), fields={"DENOMINATION_OP": "Toits"})
    with pytest.raises(NotConform):
        annexe2_workbook.write(found, ON)
    book = opened(found, to_complete=True)
    assert book["Producteurs"]["F2"].fill.fgColor.rgb == "FFFFE699"
    first = book["Opération PMO Mandataire"]
    assert first.cell(labels(first)["Téléphone *"], 2).fill.fgColor.rgb == "FFFFE699"
    assert first.cell(labels(first)["Téléphone"], 2).fill.fgColor.rgb != "FFFFE699"
    with pytest.raises(NotConform, match="un @ et un point"):
        annexe2_workbook.write(with_cell(ROOF, "MAIL", "toit"), ON, to_complete=True)


def test_a_workbook_without_a_sheet_or_a_name_is_refused():
    book = opened()
    del book["Producteurs"]
    with pytest.raises(BadFile, match="« Producteurs »"):
        from_workbook(saved(book), ON)
    book = opened()
    first = book["Opération PMO Mandataire"]
    first.cell(labels(first)["Dénomination de l'opération d'ACC *"], 2).value = None
    with pytest.raises(BadFile, match="DENOMINATION_OP"):
        annexe2.read_workbook("ACC00000001_20251001_ANNEXE2.1.xlsx", saved(book), ON)


def saved(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_workbook_typed_by_hand_is_read_as_people_type():
    """PRM as a number, a date as text, moved columns, one more column, a title above the header."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Opération PMO mandataire"
    for row in [
        ["Préambule"], ["Dénomination de l'opération d'ACC*", "Toits"], ["Commune *", "Valfleuri"],
        ["Code Postal*", "01990"], ["Type de répartition", "Statique"], ["Date de démarrage envisagée", "01/01/2026"],
        ["Dénomination sociale *", "Commune de Valfleuri"], ["Adresse *", "1 place"], ["Commune *", "Autreville"],
        ["Dénomination sociale", "Conseil & Co"], ["Adresse", "4 rue du Port"], ["Commune", "Portville"],
    ]:  # fmt: skip
        first.append(row)
    consumers = book.create_sheet("Consommateurs")
    consumers.append(["Liste des consommateurs"])
    consumers.append(
        ["SIRET ou RNA", "Numéro de PRM ou de PDL*", "Couleur",
         "Coefficients statiques de répartition de la production autoconsommée entre chaque Consommateur (valeur en %)"]
    )  # fmt: skip
    consumers.append([None, 30001000000201, "bleu", 12.5])
    producers = book.create_sheet("Producteurs")
    producers.append(["Numéro de PRM ou de PDL", "Type d'installation"])
    producers.append(["'30001000000101", "EOLIEN TERRESTRE"])
    found = from_workbook(saved(book), ON)
    assert found.fields == {
        "DENOMINATION_OP": "Toits", "COMMUNE_OP": "Valfleuri", "CODE POSTAL_OP": "01990",
        "REPARTITION_OP": "Statique", "DATE DEM_OP": "01/01/2026", "NOM SOCIAL_PMO": "Commune de Valfleuri",
        "ADRESSE_PMO": "1 place", "COMMUNE_PMO": "Autreville", "NOM SOCIAL_MDT": "Conseil & Co",
        "ADRESSE_MDT": "4 rue du Port", "COMMUNE_MDT": "Portville",
    }  # fmt: skip
    assert found.participants == (
        {"TYPE": "CONS", "PRM": "30001000000201", "COEF_STATIC": "12,5"},
        {"TYPE": "PROD", "PRM": "30001000000101", "INSTALLATION": "EOLIEN TERRESTRE"},
    )
    consumers_note, producers_note = found.notes
    assert consumers_note.message == (
        "Colonnes obligatoires absentes : Identité ou raison sociale du Consommateur titulaire du contrat d'accès au "
        "réseau, Adresse du consommateur titulaire du contrat d'accès au réseau. Colonne inconnue, conservée sans être "
        "interprétée : Couleur."
    )
    assert "Mail du titulaire, Puissance de l'installation en kW" in producers_note.message
    assert found.participant_lines == (3, 2)
