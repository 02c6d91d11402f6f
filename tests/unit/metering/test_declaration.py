"""What the marts keep of Annexe 2, and the Annexe 2 that they give back."""

import json
from datetime import date
from decimal import Decimal

from energy_pipeline.formats import annexe2_rules
from energy_pipeline.formats.annexe2_declaration import Declaration
from energy_pipeline.metering import awaited
from energy_pipeline.metering.declaration import declaration
from energy_pipeline.tables import marts, schemas
from tests.sirets import siret
from tests.unit.allocation.batch import OPERATION, SCHOOL, TOWN_HALL, Batch, row

ON = date(2025, 10, 1)


def settings(batch: Batch) -> dict[str, str]:
    return json.loads(row(batch.marts()[0], operation_id=OPERATION)["settings"])


def test_the_fields_are_those_of_the_latest_annexe_2_then_of_operations_toml():
    batch = Batch()
    batch.declare(
        path="operations.toml",
        kind="operations",
        declared_on=date(2024, 1, 1),
        settings=json.dumps({"name": "X", "annexe2": {"TEL_PMO": "0199000999"}}),
    )
    batch.declare(
        declared_on=date(2025, 1, 1), settings=json.dumps({"TEL_PMO": "1", "NOM_PMO": "A", "EMAIL2_PMO": "b@c.d"})
    )
    batch.declare(declared_on=date(2025, 6, 1), settings=json.dumps({"TEL_PMO": "2", "NOM_PMO": "B"}))
    assert settings(batch) == {"TEL_PMO": "0199000999", "NOM_PMO": "B"}


def test_an_operation_that_declared_nothing_has_no_fields():
    batch = Batch()
    batch.file("curve")
    assert row(batch.marts()[0], operation_id=OPERATION)["settings"] is None


def test_awaited_participants_are_those_of_the_latest_annexe_2():
    batch = Batch()
    batch.annexe2([("consumer", TOWN_HALL, "1")], declared_on=date(2025, 1, 1))
    batch.add("participant", file_id=batch.files[-1]["file_id"], line=3, declared_on=date(2025, 1, 1),
              role="consumer", connection_request="OLD")  # fmt: skip
    batch.annexe2([("consumer", SCHOOL, "0.5")], declared_on=date(2025, 6, 1))
    batch.add("participant", file_id=batch.files[-1]["file_id"], line=3, declared_on=date(2025, 6, 1),
              role="consumer", connection_request="NEW", name="Préau", share=Decimal("0.25"))  # fmt: skip
    found = awaited(batch.frames()["participant"]).to_dicts()
    assert [(one["connection_request"], one["name"], one["share"]) for one in found] == [
        ("NEW", "Préau", Decimal("0.25"))
    ]
    assert awaited(batch.frames()["participant"].clear()).equals(schemas.empty(marts.AWAITED_PARTICIPANT))


KNOWN = {
    "name": "Toits d'Été", "organiser": "Commune", "organiser_siret_rna": siret(1), "commune": "Valfleuri",
    "post_code": "01990", "key_type": "static", "start_date": date(2026, 1, 1),
    "settings": json.dumps({"DENOMINATION_OP": "Vieux nom", "NOM_PMO": "VAUTRIN", "inconnu": "x"}),
}  # fmt: skip
EMPTY = dict.fromkeys(("prm", "connection_request", "name", "address", "siret_rna", "email", "power_kw",
                       "installation", "share"))  # fmt: skip


def test_what_is_known_makes_an_annexe_2():
    people = [
        {**EMPTY, "prm": "30001000000201", "role": "consumer", "name": "École", "share": Decimal("0.233400")},
        {**EMPTY, "prm": "30001000000101", "role": "producer", "email": "a@b.example", "power_kw": 18.5},
    ]
    waiting = [{**EMPTY, "connection_request": "123", "role": "consumer", "share": Decimal("0.5")}]
    found = declaration(KNOWN, people, waiting, ON)
    assert found == Declaration(
        {"DENOMINATION_OP": "Toits d'Été", "COMMUNE_OP": "Valfleuri", "CODE POSTAL_OP": "01990",
         "REPARTITION_OP": "Statique", "DATE DEM_OP": "01/01/2026", "NOM SOCIAL_PMO": "Commune",
         "SIRET RNA_PMO": siret(1), "NOM_PMO": "VAUTRIN"},
        ({"TYPE": "CONS", "PRM": "30001000000201", "RAISON SOCIALE": "École", "COEF_STATIC": "23,34"},
         {"TYPE": "PROD", "PRM": "30001000000101", "MAIL": "a@b.example", "PUISSANCE": "18,5"},
         {"TYPE": "CONS", "RACCO": "123", "COEF_STATIC": "50"}),
    )  # fmt: skip
    assert not any("COEF_STATIC" in str(fault) for fault in annexe2_rules.check(found, ON, "csv"))


def test_shares_are_not_written_for_other_keys():
    people = [{**EMPTY, "prm": "30001000000201", "role": "consumer", "share": Decimal("0.2")}]
    found = declaration(KNOWN | {"key_type": "default", "settings": None}, people, [], ON)
    assert found.fields["REPARTITION_OP"] == "Par défaut"
    assert found.participants == ({"TYPE": "CONS", "PRM": "30001000000201"},)
