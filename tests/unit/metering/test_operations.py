from datetime import date

from tests.unit.allocation.batch import OPERATION, Batch, row


def test_operations_toml_wins_field_by_field_over_a_later_annexe_2():
    batch = Batch()
    batch.declare(name="Nom du toml", path="operations.toml", kind="operations", declared_on=date(2024, 1, 1))
    batch.declare(name="Premier nom", key_type="default", commune="Vallombre", declared_on=date(2025, 1, 1))
    batch.declare(name="Second nom", key_type="static", declared_on=date(2025, 6, 1))
    operation = row(batch.marts()[0], operation_id=OPERATION)
    assert (operation["name"], operation["key_type"], operation["commune"]) == ("Nom du toml", "static", "Vallombre")


def test_an_operation_known_from_its_files_only_has_no_name_and_its_anniversary_day():
    batch = Batch()
    batch.file("curve", period=(date(2025, 8, 12), date(2025, 9, 11)))
    batch.file("curve", period=(date(2025, 9, 15), date(2025, 10, 14)))
    operation = row(batch.marts()[0], operation_id=OPERATION)
    assert (operation["name"], operation["anniversary_day"], operation["key_type"]) == (None, 15, None)


def test_the_declared_anniversary_day_wins_over_the_periods():
    batch = Batch()
    batch.file("curve")
    batch.declare(anniversary_day=7)
    assert row(batch.marts()[0], operation_id=OPERATION)["anniversary_day"] == 7


def test_sending_an_annexe_5_declares_dynamic_keys():
    batch = Batch()
    batch.dynamic({"30001000000011": [50.0]})
    assert row(batch.marts()[0], operation_id=OPERATION)["key_type"] == "dynamic"
