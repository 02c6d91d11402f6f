"""Each rule of quality is respected by a sound publication and broken by bad data; the page tells it in French."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from energy_pipeline.quality import assess, page, suites
from energy_pipeline.settings import SQL
from energy_pipeline.tables import marts
from tests.unit.quality import base

SPOILED = {
    "operation.starts_after_the_decree": "UPDATE operation SET start_date = '2015-01-01'",
    "operation.post_code_has_five_digits": "UPDATE operation SET post_code = '9910'",
    "operation.recipients_have_addresses": """UPDATE operation SET recipients = '{"accountant": ["compta"]}'""",
    "participant.a_stay_lasts_a_day_at_least": "UPDATE participant SET valid_to = valid_from",
    "participant.power_is_that_of_an_operation": "UPDATE participant SET power_kw = 36000 WHERE role = 'producer'",
    "participant.only_producers_have_a_power": "UPDATE participant SET power_kw = 9 WHERE role = 'consumer'",
    "awaited_participant.waits_less_than_two_years": "UPDATE awaited_participant SET declared_on = '2021-01-01'",
    "distribution_key.a_share_is_one_at_most": "UPDATE distribution_key SET share = 17.15",
    "distribution_key.a_key_holds_a_day_at_least": "UPDATE distribution_key SET valid_to = valid_from",
    "distribution_key.keys_share_out_half_the_production_at_least": "UPDATE distribution_key SET share = 0.2",
    "operation_month.a_period_is_a_month": "UPDATE operation_month SET period_end = period_start + 45",
    "operation_month.self_consumption_is_within_production": "UPDATE operation_month SET self_consumption_rate = 1.1",
    "operation_month.self_consumption_is_within_consumption": "UPDATE operation_month SET self_production_rate = 1.1",
    "operation_month.production_is_commensurate": "UPDATE operation_month SET coverage_rate = 25",
    "operation_month.consumption_is_shared_plus_bought": "UPDATE operation_month SET complement_kwh = 470",
    "operation_month.production_is_shared_plus_left": "UPDATE operation_month SET surplus_kwh = 50",
    "operation_month.steps_are_measured": "UPDATE operation_month SET steps_missing = 600",
    "operation_month.operations_do_not_vanish": """
        INSERT INTO operation_month SELECT * REPLACE ('ACC00000043' AS operation_id) FROM operation_month
        WHERE month = '2025-09-01'""",
    "consumer_month.consumption_is_within_the_power": "UPDATE consumer_month SET consumption_kwh = 15000",
    "consumer_month.self_consumption_is_within_consumption": "UPDATE consumer_month SET self_production_rate = 1.2",
    "consumer_month.consumption_does_not_jump":
        "UPDATE consumer_month SET consumption_kwh = 20 WHERE month = '2025-10-01'",
    "consumer_month.one_row_per_consumer": "DELETE FROM consumer_month WHERE month = '2025-10-01'",
    "consumer_slot_month.slots_make_a_calendar": "DELETE FROM consumer_slot_month WHERE slot = 'HC'",
    "consumer_slot_month.slots_add_up": "UPDATE consumer_slot_month SET consumption_kwh = 420 WHERE slot = 'HP'",
    "producer_month.production_is_within_the_power": "UPDATE producer_month SET production_kwh = 9000",
    "producer_month.the_sun_does_not_shine_at_night": "UPDATE producer_month SET production_kwh = 4000",
    "producer_month.producers_produce": "UPDATE producer_month SET production_kwh = 0",
    "producer_month.production_is_shared_plus_left": "UPDATE producer_month SET surplus_kwh = 0",
    "producer_month.one_row_per_producer": "DELETE FROM producer_month WHERE month = '2025-10-01'",
    "exchange_month.what_is_given_is_received": "UPDATE exchange_month SET energy_kwh = 90",
    "exchange_month.one_row_per_pair": """
        INSERT INTO producer_month SELECT * REPLACE ('30001000000022' AS prm) FROM producer_month""",
    "exchange_curve.one_value_per_step": "UPDATE exchange_curve SET power_w = power_w[:744]",
    "exchange_curve.steps_add_up": "UPDATE exchange_curve SET power_w = list_transform(power_w, lambda w: w * 1.1)",
    "split_explanation.ranks_follow_one_another": "UPDATE split_explanation SET rank = 3 WHERE rank = 2",
    "split_explanation.the_best_comes_first": "UPDATE split_explanation SET residual_kwh = 40 WHERE rank = 1",
    "split_explanation.the_best_explains_something": "UPDATE split_explanation SET residual_kwh = 60",
    "curve.one_row_per_step": "DELETE FROM curve WHERE step_start = '2025-11-05 12:00:00+00'",
    "curve.suspect_values_are_few": "UPDATE curve SET quality = 'suspect' WHERE day(step_start) < 4",
    "curve.no_sun_before_three_in_the_morning":
        "UPDATE curve SET production_w = 500 WHERE role = 'producer' AND hour(step_start) = 1",
    "curve.the_sun_is_highest_at_noon":
        "UPDATE curve SET step_start = step_start - INTERVAL 4 HOUR WHERE role = 'producer'",
    "site.c5_is_36_kva_at_most": "UPDATE site SET subscribed_kva = 42 WHERE segment = 'C5'",
    "site.c4_is_between_36_and_250_kva": "UPDATE site SET subscribed_kva = 400 WHERE segment = 'C4'",
    "site.yearly_consumption_is_within_the_power": "UPDATE site SET car_kwh = 200000",
    "site.leaves_after_it_came": "UPDATE site SET valid_to = '2023-01-01'",
    "invoice.vat_is_between_its_rates": "UPDATE invoice SET vat_eur = 2",
    "invoice.a_credit_is_negative": "UPDATE invoice SET total_incl_vat_eur = 120",
    "invoice.an_invoice_is_positive": "UPDATE invoice SET total_incl_vat_eur = -120",
    "invoice.comes_within_fourteen_months": "UPDATE invoice SET invoice_date = '2027-06-01'",
    "invoice.as_many_as_usual":
        "DELETE FROM invoice WHERE month = '2025-10-01' AND invoice_number NOT LIKE '%-1'",
    "invoice_line.electricity_has_a_plausible_price":
        "UPDATE invoice_line SET amount_eur = 6000 WHERE component = 'energy' AND fluid = 'electricity'",
    "invoice_line.gas_has_a_plausible_price":
        "UPDATE invoice_line SET amount_eur = 8000 WHERE component = 'energy' AND fluid = 'gas'",
    "invoice_line.the_grid_has_a_plausible_price":
        "UPDATE invoice_line SET amount_eur = 2000 WHERE component = 'variable_grid'",
    "invoice_line.a_detail_has_several_components": "DELETE FROM invoice_line WHERE component <> 'energy'",
    "invoice_reconciliation.what_is_over_billed_is_owed": "UPDATE invoice_reconciliation SET amount_eur = -15",
    "invoice_reconciliation.what_matches_is_close": "UPDATE invoice_reconciliation SET billed_kwh = 600",
    "invoice_reconciliation.self_consumption_is_within_consumption":
        "UPDATE invoice_reconciliation SET self_consumption_kwh = 700",
    "invoice_reconciliation.one_row_per_billed_energy":
        "DELETE FROM invoice_reconciliation WHERE month = '2025-10-01'",
    "invoice_slot_reconciliation.self_consumption_is_within_consumption":
        "UPDATE invoice_slot_reconciliation SET self_consumption_kwh = 700",
    "invoice_slot_reconciliation.inferred_hours_claim_nothing": "UPDATE invoice_slot_reconciliation SET amount_eur = 3",
    "invoice_slot_reconciliation.slots_make_the_bill": "DELETE FROM invoice_slot_reconciliation WHERE slot = 'HC'",
    "bill_check.what_is_ignored_says_why": "UPDATE bill_check SET reason = ' '",
    "bill_check.what_is_valid_claims_nothing": "UPDATE bill_check SET amount_eur = 12",
    "bill_check.each_detail_is_checked": "DELETE FROM bill_check WHERE split_part(check_name, '_', 2)::INTEGER > 9",
    "bill_check.checks_conclude": "UPDATE bill_check SET decision = 'ignored' WHERE check_name <> 'check_1'",
    "saving_month.the_avoided_price_is_plausible": "UPDATE saving_month SET avoided_price = 14",
    "saving_month.the_local_price_is_plausible": "UPDATE saving_month SET local_price = 9",
    "saving_month.the_fee_is_plausible": "UPDATE saving_month SET organiser_fee = 0.5",
    "saving_month.sharing_saves": "UPDATE saving_month SET local_price = 0.2",
    "saving_month.one_row_per_consumer": "DELETE FROM saving_month WHERE month = '2025-10-01'",
    "price.is_per_kwh": "UPDATE price SET value = 90",
    "price.holds_a_day_at_least": "UPDATE price SET valid_to = valid_from",
    "finding.amounts_are_those_of_a_bill": "UPDATE finding SET amount_eur = 2000000",
    "finding.is_a_sentence": "UPDATE finding SET message = 'trop facturé'",
    "finding.what_others_owe_has_a_proof": "UPDATE finding SET evidence = NULL",
    "finding.what_a_supplier_owes_has_an_invoice": "UPDATE finding SET invoice_number = NULL",
    "finding.vat_is_between_its_rates": "UPDATE finding SET amount_ttc_eur = 30",
    "finding.are_few_per_participant": """
        INSERT INTO finding SELECT finding.* REPLACE (finding_id || number AS finding_id)
        FROM finding, range(20) AS numbers (number)""",
    "claim.adds_up_the_findings": "UPDATE claim SET amount_eur = 30",
    "saving_to_date.includes_the_period": "UPDATE saving_to_date SET cumulated_kwh = 50",
    "saving_to_date.starts_before_the_period": "UPDATE saving_to_date SET since = '2025-12-01'",
    "site_year.has_a_year_of_periods_at_most": "UPDATE site_year SET periods = 24",
    "site_year.self_consumption_is_within_consumption": "UPDATE site_year SET self_production_rate = 1.3",
    "site_year.is_billed_what_it_consumed_at_most": "UPDATE site_year SET billed_kwh = 9000",
    "site_year.a_kwh_has_a_plausible_price": "UPDATE site_year SET billed_eur = 15000",
    "surplus_month.the_price_is_plausible": "UPDATE surplus_month SET surplus_price = 4",
    "surplus_month.surplus_is_within_production": "UPDATE surplus_month SET surplus_kwh = 500",
    "deadline.falls_near_its_period": "UPDATE deadline SET due_on = '2026-06-01'",
    "deadline.what_is_done_has_a_day": "UPDATE deadline SET done_on = NULL",
    "deadline.each_period_has_that_of_its_results": "DELETE FROM deadline WHERE period_start = '2025-10-01'",
    "completeness.what_is_received_has_a_path": "UPDATE completeness SET path = NULL",
    "completeness.what_is_missing_has_none": "UPDATE completeness SET path = 'e.csv'",
    "completeness.most_files_are_there": "UPDATE completeness SET status = 'missing', path = NULL",
    "consent.lasts_a_day_at_least": "UPDATE consent SET expires_on = '2024-01-01'",
    "consent.is_withdrawn_after_it_was_signed": "UPDATE consent SET withdrawn_on = '2024-01-01'",
    "site_history.a_state_lasts_a_day_at_least": "UPDATE site_history SET valid_to = valid_from",
    "site_history.power_does_not_jump": "UPDATE site_history SET subscribed_kva = 240 WHERE subscribed_kva = 24",
    "reading.follows_the_one_before": "UPDATE reading SET previous_on = '2023-01-01'",
    "reading.an_index_does_not_go_back": "UPDATE reading SET index_value = 900",
    "reading.power_reached_is_near_that_subscribed": "UPDATE reading SET reached_kva = 120",
    "annual_site.a_kwh_has_a_plausible_price": "UPDATE annual_site SET consumption_kwh = 600",
    "annual_site.vat_is_between_its_rates": "UPDATE annual_site SET total_incl_vat_eur = 1500",
    "portal_invoice.vat_is_between_its_rates": "UPDATE portal_invoice SET total_incl_vat_eur = 100",
    "portal_invoice.is_of_the_past": "UPDATE portal_invoice SET invoice_date = '2026-11-01'",
    "technical_request.the_appointment_comes_after": "UPDATE technical_request SET appointment_on = '2025-09-01'",
    "file.comes_from_the_past": "UPDATE file SET received_at = '2026-06-01'",
    "file.has_a_plausible_size": "UPDATE file SET size_bytes = 0",
    "file.what_is_refused_says_why": "UPDATE file SET reason = NULL",
    "file.few_are_refused": "UPDATE file SET status = 'quarantined', reason = 'Illisible.'",
    "publication.is_one_row": "INSERT INTO publication SELECT * FROM publication",
    "publication.names_its_version": "UPDATE publication SET pipeline_version = 'dev'",
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base.write(tmp_path_factory.mktemp("quality") / "energy.duckdb")


def spoil(publication: Path, statement: str) -> None:
    with duckdb.connect(str(publication)) as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'; SET schema = 'marts'")
        connection.execute(statement)


def test_every_rule_looks_at_rows_of_a_sound_publication_and_is_respected(sound):
    results = [result for of_mart in assess(sound).results.values() for result in of_mart]
    assert [f"{result.rule.mart}.{result.rule.name}" for result in results if not result.passed] == []
    assert [f"{result.rule.mart}.{result.rule.name}" for result in results if not result.rows] == []


@pytest.mark.parametrize("name", SPOILED)
def test_bad_data_breaks_the_rule(sound, tmp_path, name):
    mart, rule = name.split(".")
    bad = tmp_path / "energy.duckdb"
    shutil.copyfile(sound, bad)
    spoil(bad, SPOILED[name])
    [result] = [result for result in assess(bad, [mart]).results[mart] if result.rule.name == rule]
    assert not result.passed and result.error is None
    assert result.broken > 0


def test_each_rule_is_tried_with_bad_data():
    assert set(SPOILED) == {f"{mart}.{rule.name}" for mart, rules in suites().items() for rule in rules}


def test_there_is_a_suite_per_mart_and_a_statement_behind_each_rule():
    assert set(suites()) == {table.name for table in marts.TABLES}, "write its rules in data/reference/quality.toml"
    used = {f"{rule.statement}.sql" for rules in suites().values() for rule in rules}
    assert used == {f"quality/{path.name}" for path in (SQL / "quality").glob("*.sql")}


def test_a_broken_rule_names_the_rows_at_fault(sound, tmp_path):
    bad = tmp_path / "energy.duckdb"
    shutil.copyfile(sound, bad)
    spoil(bad, "UPDATE consumer_month SET self_production_rate = 1.2 WHERE month = '2025-10-01'")
    [result] = assess(bad, ["consumer_month"]).failed
    [example] = result.examples
    assert example["operation_id"] == base.OPERATION and example["prm"] == base.SCHOOL
    assert example["period_start"] == "2025-10-01" and example["self_production_rate"] == 1.2
    assert (result.broken, result.rows) == (1, 3)


def test_marts_without_rows_are_no_fault(tmp_path):
    empty = base.publications.write(tmp_path / "energy.duckdb", {marts.PUBLICATION: base.rows()["publication"]})
    assessment = assess(empty)
    assert assessment.failed == ()
    assert assessment.last_month is None
    assert "sans objet" in page.render(assessment)


def test_a_rule_that_cannot_be_checked_counts_as_broken():
    from energy_pipeline.quality import engine

    rule = replace(suites()["price"][0], arguments={"column": "colour", "max_value": 1})
    result = engine.validate([rule], pl.DataFrame({"path": ["a"], "value": [1.0]}))[rule.name]
    assert not result.passed and "colour" in str(result.error)


def test_the_page_is_in_french_fetches_nothing_and_tells_what_is_broken(sound, tmp_path):
    bad = tmp_path / "energy.duckdb"
    shutil.copyfile(sound, bad)
    spoil(bad, "UPDATE price SET value = 90, path = '<script>alert(1)</script>'")
    path = page.write(assess(bad), tmp_path)
    html = path.read_text(encoding="utf-8")
    assert "À regarder" in html and "non respectée" in html
    assert "ni en centimes ni par MWh" in html and "value 90" in html
    assert "&lt;script&gt;" in html and "<script" not in html
    assert not re.search(r"(?:src|href)=[\"']?(?:https?:)?//", html)
    assert path.stat().st_mode & 0o777 == 0o640
    assert page.write(assess(bad), tmp_path).read_text(encoding="utf-8") == html


def test_a_sound_publication_says_so(sound):
    html = page.render(assess(sound))
    assert "toutes respectées" in html and "À regarder" not in html
