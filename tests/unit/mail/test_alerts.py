from datetime import date
from decimal import Decimal

from energy_pipeline.mail.alerts import (
    FailedCheck,
    FailedRun,
    MissingDelivery,
    QuarantinedFile,
    UnplacedFinding,
    item,
    messages,
    of_publication,
)
from energy_pipeline.mail.model import Item
from tests.publications import OPERATION
from tests.unit.mail.conftest import change

OPERATOR, MANAGER, OTHER = "exploitation@fontbelle.example", "energie@fontbelle.example", "pmo@fontbelle.example"
RUN = FailedRun("3f2a", "month", ("indicators : Conversion Error <b>", "curve : mémoire"), (date(2025, 10, 1),))
CHECK = FailedCheck("allocation", "energy_is_conserved_at_each_step", "2025-10", "L'énergie se conserve.", True)
FILE = QuarantinedFile(
    "f" * 64, "enedis/a/courbe.csv", "Nombre illisible.", "ligne 12, valeur 1O475", OPERATION, "Soleil", (MANAGER,)
)
MISSING = MissingDelivery(
    OPERATION, "Soleil", "results", "enedis", date(2025, 11, 8), date(2025, 10, 1), "Résultats d'Enedis",
    "Enedis met à disposition les données.", "5.2.2", (MANAGER,),
)  # fmt: skip


FINDING = UnplacedFinding("5a", "site_unknown", "Facture 12, PRM 30001000099999 : inconnu.", Decimal("12.5"))


def mails(*raised, told=(), operators=(OPERATOR,), others=(OTHER,)):
    def is_told(recipient: str, one: Item) -> bool:
        return (recipient, one.key) in told

    return {(one.recipient, one.subject): one for one in messages(raised, operators, others, is_told)}


def test_one_mail_per_kind_for_who_can_act():
    sent = mails(RUN, CHECK, FILE, MISSING)
    assert set(sent) == {
        (OPERATOR, "Alerte : traitement en échec, « month »"),
        (OPERATOR, "Alerte : contrôle en échec, energy_is_conserved_at_each_step"),
        (OPERATOR, "Alerte : fichier refusé, courbe.csv"),
        (OPERATOR, "Alerte : livraison manquante à l'échéance, Soleil, Résultats d'Enedis"),
        (MANAGER, "Alerte : fichier refusé, courbe.csv"),
        (MANAGER, "Alerte : livraison manquante à l'échéance, Soleil, Résultats d'Enedis"),
    }


def test_each_says_what_happened_and_what_to_do():
    texts = {one.subject: " ".join(one.body(None).text.split()) for one in mails(RUN, CHECK, FILE, MISSING).values()}
    run, check, file, missing = texts.values() if len(texts) == 4 else ()
    by_kind = {text.split(" CE QUI")[0]: text for text in (run, check, file, missing)}
    said = by_kind["Traitement en échec"]
    assert "exécution 3f2a indicators : Conversion Error <b> curve : mémoire" in said
    assert "octobre 2025" in said
    assert "puis relancer" in said
    assert "bloquant" in by_kind["Contrôle en échec"]
    said = by_kind["Fichier refusé"]
    assert "enedis/a/courbe.csv Nombre illisible. (ligne 12, valeur 1O475) Soleil ACC00000042" in said
    assert "le redemander à son émetteur, puis le déposer de nouveau" in said
    said = by_kind["Livraison manquante à l'échéance"]
    assert "Dû par Enedis, au plus tard le 8 novembre 2025 (convention, article 5.2.2)." in said
    assert "relancer Enedis" in said


def test_a_finding_of_no_operation_goes_to_who_receives_what_has_no_manager():
    [(recipient, subject)] = sent = mails(FINDING)
    assert (recipient, subject) == (
        OTHER, "Alerte : constat hors opération, Site facturé inconnu",
    )  # fmt: skip
    said = " ".join(sent[recipient, subject].body(None).text.split())
    assert "Facture 12, PRM 30001000099999 : inconnu. Montant en jeu : 12,50 € HT." in said.replace("\u202f", " ")
    assert "energy-pipeline claims" in said
    assert mails(FINDING, told={(OTHER, item(FINDING).key)}) == {}


def test_a_file_without_energy_manager_goes_to_them_too():
    orphan = QuarantinedFile("a" * 64, "a.csv", None)
    assert {recipient for recipient, _ in mails(orphan)} == {OTHER, OPERATOR}
    assert {recipient for recipient, _ in mails(FILE)} == {MANAGER, OPERATOR}


def test_the_page_escapes_what_programs_said():
    [one] = mails(RUN).values()
    assert "Conversion Error &lt;b&gt;" in one.body(None).html


def test_what_was_told_is_left_out_for_that_reader_only():
    other = QuarantinedFile("e" * 64, "enedis/b.csv", None)
    told = {(OPERATOR, item(FILE).key)}
    sent = mails(FILE, other, told=told)
    assert set(sent) == {
        (MANAGER, "Alerte : fichier refusé, courbe.csv"),
        (OPERATOR, "Alerte : fichier refusé, b.csv"),
        (OTHER, "Alerte : fichier refusé, b.csv"),
    }
    assert mails(FILE, told={*told, (MANAGER, item(FILE).key)}) == {}


def test_many_files_are_one_mail_that_counts_those_it_does_not_list():
    [one] = mails(*(QuarantinedFile(f"{n:064x}", f"a/{n:03d}.csv", None) for n in range(200)), others=()).values()
    text = one.body(None).text
    assert one.subject == "Alerte : 200 fichiers refusés"
    assert len(one.items) == 200
    assert "a/029.csv" in text
    assert "a/030.csv" not in text
    assert "Et 170" in text


def test_an_operator_who_is_also_the_manager_gets_one():
    assert len(mails(FILE, operators=(MANAGER.upper(),))) == 1


def test_each_occurrence_has_its_own_key():
    again = [
        FailedRun("4b", "month", ()), RUN, CHECK, FailedCheck("allocation", CHECK.check, "2025-11", ""), FILE,
        QuarantinedFile("f" * 64, "elsewhere.csv", None), MISSING,
        MissingDelivery(OPERATION, "S", "results", "enedis", date(2025, 12, 8), date(2025, 11, 1), "", "", ""),
    ]  # fmt: skip
    assert len({item(alert).key for alert in again}) == len(again)
    assert item(FILE) == item(QuarantinedFile("f" * 64, FILE.path, "Autre motif"))


def test_the_publication_gives_refused_files_and_fresh_misses(home):
    deadline = (
        "INSERT INTO marts.deadline BY NAME SELECT ? AS operation_id, 'results' AS kind, 'enedis' AS party, "
        "?::DATE AS due_on, ?::DATE AS period_start, ?::DATE AS period_end, 'Résultats' AS title, 'À livrer.' AS "
        "description, '5.2.2' AS article, ?::BOOLEAN AS done"
    )
    change(home, deadline, OPERATION, "2025-11-08", "2025-10-01", "2025-10-31", False)
    change(home, deadline, OPERATION, "2025-11-09", "2025-10-02", "2025-10-31", True)
    change(home, deadline, OPERATION, "2025-11-10", "2025-10-03", "2025-10-31", False)
    change(home, deadline, OPERATION, "2025-10-05", "2025-09-01", "2025-09-30", False)
    change(home, deadline, OPERATION, "2025-11-07", "2025-10-05", "2025-10-31", None)
    found = of_publication(home / "publication" / "energy.duckdb", date(2025, 11, 10))
    [file] = [alert for alert in found if isinstance(alert, QuarantinedFile)]
    assert file.reason == "une valeur n'est pas un nombre"
    assert file.place == "ligne 12, colonne 2, valeur 12x5"
    assert file.managers == (MANAGER,)
    [missing] = [alert for alert in found if isinstance(alert, MissingDelivery)]
    assert (missing.due_on, missing.party, missing.operation_name) == (
        date(2025, 11, 8), "enedis", "Soleil partagé de Fontbelle",
    )  # fmt: skip
    assert missing.managers == (MANAGER,)


def test_the_publication_gives_the_findings_of_no_operation_that_no_other_mail_tells(home):
    finding = (
        "INSERT INTO marts.finding BY NAME "
        "SELECT ? AS finding_id, ? AS check_name, ? AS severity, 'supplier' AS party, "
        "?::VARCHAR AS operation_id, ?::DECIMAL(18, 2) AS amount_eur, 'Dit.' AS message, '[]' AS evidence"
    )
    change(home, "DELETE FROM marts.finding WHERE operation_id IS NULL")
    change(home, finding, "f1", "site_unknown", "warning", None, None)
    change(home, finding, "f2", "bill_total_differs", "error", None, "7.40")
    change(home, finding, "f3", "quarantined_file", "error", None, None)
    change(home, finding, "f4", "unknown_columns", "info", None, None)
    change(home, finding, "f5", "site_unknown", "warning", OPERATION, None)
    found = of_publication(home / "publication" / "energy.duckdb", date(2025, 11, 10))
    assert [one for one in found if isinstance(one, UnplacedFinding)] == [
        UnplacedFinding("f2", "bill_total_differs", "Dit.", Decimal("7.40")),
        UnplacedFinding("f1", "site_unknown", "Dit."),
    ]
