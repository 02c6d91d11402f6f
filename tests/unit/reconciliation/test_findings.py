import hashlib
import json
from datetime import date

import pytest

from energy_pipeline.reconciliation.files import file_facts, paths_of_curves
from energy_pipeline.reconciliation.finding import build, catalogue, evidence, facts
from energy_pipeline.reconciliation.issues import issue_facts
from energy_pipeline.settings import PROJECT
from energy_pipeline.tables import computed, landing, marts
from energy_pipeline.tables.schemas import frame, validate
from tests.unit.invoices.rows import at, landed
from tests.unit.reconciliation.frames import ACC, NOVEMBER, OCTOBER, SCHOOL, as_facts

END = date(2025, 10, 31)


def test_a_finding_takes_severity_and_party_from_the_catalogue_and_rounds_euros_to_the_cent():
    (row,) = validate(
        marts.FINDING, build(facts([{"check_name": "over_billed", "amount_eur": 1.005, "message": "x"}]))
    ).to_dicts()
    assert (row["severity"], row["party"]) == ("error", "supplier")
    assert str(row["amount_eur"]) in ("1.00", "1.01")
    assert row["finding_id"] == hashlib.sha256(b"over_billed||||||||").hexdigest()[:16]


def test_the_id_follows_what_the_finding_is_about_not_what_it_says():
    base = {"check_name": "over_billed", "prm": SCHOOL, "invoice_number": "1", "period_start": OCTOBER, "message": "a"}
    same = {**base, "message": "b", "observed": 3.0, "amount_eur": 2.0, "evidence": "[]"}
    other = {**base, "detail_id": "2"}
    first, again, third = (build(facts([row]))["finding_id"].item() for row in (base, same, other))
    assert first == again != third
    assert build(facts([other, base]))["finding_id"].to_list() == build(facts([base, other]))["finding_id"].to_list()


def test_facts_alike_keep_an_id_each():
    row = {"check_name": "missing_steps", "operation_id": ACC, "prm": SCHOOL, "period_start": OCTOBER}
    made = build(facts([{**row, "message": "b"}, {**row, "message": "a"}]))
    assert made["finding_id"].n_unique() == 2
    alone = build(facts([{**row, "message": "a"}]))
    assert alone["finding_id"].item() == made.filter(message="a")["finding_id"].item()


def test_a_check_that_is_not_in_the_catalogue_is_our_fault():
    with pytest.raises(KeyError, match=r"no check invented in data/reference/checks.toml"):
        build(facts([{"check_name": "invented", "message": "x"}]))
    with pytest.raises(KeyError):
        facts([{"check_name": "over_billed", "colour": "red"}])


def test_every_check_has_all_that_the_reader_needs():
    allowed = {column.name: column.allowed for column in marts.FINDING.columns}
    for name, check in catalogue().items():
        wanted = {"severity", "party", "title", "action", "source", "family" if "family" in check else "rule"}
        assert wanted <= set(check), f"{name}: write its {', '.join(wanted - set(check))} in data/reference"
        assert check["severity"] in allowed["severity"] and check["party"] in allowed["party"], name


def test_every_check_is_made_by_some_module():
    """Those of a bill are compared with their code in bill_checks."""
    code = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "energy_pipeline").rglob("*.py"))
    idle = [name for name, check in catalogue().items() if "family" not in check and f'"{name}"' not in code]
    assert not idle, "nothing makes them: take them out of data/reference/checks.toml, or write them"


def test_evidence_leaves_out_what_is_unknown():
    assert json.loads(evidence({"file": "é.csv", "line": None, "value": 1.5})) == [{"file": "é.csv", "value": 1.5}]


def file(name, **changes):
    return {"file_id": name, "path": f"oct/{name}", "name": name, "delivery": "oct", "received_at": at(8),
            "size_bytes": 1, "status": "loaded", **changes}  # fmt: skip


def found(*files, notes=(), month=OCTOBER):
    return as_facts(file_facts(frame(landing.FILE, list(files)), landed(landing.NOTE, list(notes)), month))


REFUSED = file(
    "c.csv", status="quarantined", reason="valeur illisible", reason_line=12, reason_column="2", reason_value="abc",
    operation_id=ACC, prm=SCHOOL, period_start=OCTOBER, period_end=END,
)  # fmt: skip


def test_a_refused_file_is_a_finding_of_its_operation_and_period():
    (fact,) = found(REFUSED, file("d.csv"), file("e.csv", status="duplicate"))
    assert (fact["check_name"], fact["operation_id"], fact["month"]) == ("quarantined_file", ACC, OCTOBER)
    assert json.loads(fact["evidence"]) == [{"file": "oct/c.csv", "line": 12, "column": "2", "value": "abc"}]
    assert fact["message"] == "Fichier « c.csv » refusé : valeur illisible (ligne 12, colonne 2, valeur « abc »)."
    assert found(REFUSED, month=NOVEMBER) == []
    (told,) = found({**REFUSED, "reason": "Ligne 12, colonne 2 : nombre illisible."})
    assert told["message"].endswith("Ligne 12, colonne 2 : nombre illisible (valeur « abc »).")


def test_a_refused_file_without_period_belongs_to_the_month_of_its_reception():
    unknown = file("x.csv", status="quarantined", reason="type inconnu", received_at=at(30, 23, month=11))
    assert len(found(unknown, month=NOVEMBER)) == 1
    assert found(unknown, month=OCTOBER) == []


def test_a_file_fixed_and_dropped_again_is_no_finding():
    fixed = {**REFUSED, "status": "loaded", "file_id": "new", "received_at": at(9)}
    assert found(REFUSED, fixed) == []
    assert found(REFUSED, {**fixed, "path": "corrige/c.csv"}) == [], "the same name in the same operation"
    assert len(found(REFUSED, {**fixed, "received_at": at(7)})) == 1, "an earlier version repairs nothing"
    assert len(found(REFUSED, {**fixed, "path": "corrige/c.csv", "operation_id": "ACC00000002"})) == 1


def test_a_name_that_stretches_the_period_of_the_others_is_told_in_the_report_of_theirs():
    curve = {"kind": "curve", "operation_id": ACC, "period_start": OCTOBER, "period_end": END}
    others = [file(f"{prm}.csv", **curve, prm=str(prm)) for prm in range(30001000000001, 30001000000004)]
    lone = file("deux.csv", **{**curve, "period_end": date(2025, 11, 30)}, prm=SCHOOL)
    (fact,) = found(*others, lone)
    assert (fact["check_name"], fact["month"], fact["period_end"]) == ("file_note", OCTOBER, END)
    assert fact["message"] == (
        "Fichier « deux.csv » : son nom annonce la période du 01/10/2025 au 30/11/2025, les fichiers des autres points "
        "celle du 01/10/2025 au 31/10/2025, qui seule est retenue."
    )
    assert found(*others, lone, month=NOVEMBER) == []
    assert found(others[0], lone) == [], "as many points for both: two months sent at once"


def test_notes():
    note = {"file_id": "d.csv", "path": "oct/d.csv", "check_name": "file_note", "line": 27, "value": "02:00",
            "message": "une heure manque"}  # fmt: skip
    known = file("d.csv", operation_id=ACC, prm=SCHOOL, period_start=OCTOBER, period_end=END)
    (fact,) = found(known, notes=[note])
    assert (fact["check_name"], fact["prm"], fact["period_end"]) == ("file_note", SCHOOL, END)
    assert fact["message"] == "Fichier « d.csv » : une heure manque"
    assert found(known, notes=[note], month=NOVEMBER) == []


def test_the_path_of_a_curve_is_that_of_the_file_in_use():
    row = file("a.csv", kind="curve", operation_id=ACC, prm=SCHOOL, series="complement", period_start=OCTOBER)
    old = {**row, "path": "old.csv", "status": "superseded", "received_at": at(20)}
    assert paths_of_curves(frame(landing.FILE, [row, old])) == {(ACC, SCHOOL, "complement", OCTOBER): "oct/a.csv"}


def test_issues_of_the_computation():
    row = {"check_name": "missing_steps", "operation_id": ACC, "prm": SCHOOL, "role": "consumer",
           "period_start": OCTOBER, "period_end": END, "expected": 0.0, "observed": 4.0, "unit": "pas",
           "message": "4 points absents"}  # fmt: skip
    (fact,) = as_facts(issue_facts(frame(computed.ISSUE, [row]), OCTOBER))
    assert (fact["month"], fact["observed"], fact["message"]) == (OCTOBER, 4.0, "4 points absents")
    assert as_facts(issue_facts(frame(computed.ISSUE, [row]), NOVEMBER)) == []
