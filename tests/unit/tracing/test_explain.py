"""`explain`: the rule with its article, files and lines, keys; the nearest names when nothing is found."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline import warehouse
from energy_pipeline.cli.explain import explain
from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from energy_pipeline.tracing import TracingError, explain_figure, explain_finding, rules
from tests import publications

OPERATION, SCHOOL, GYM, ROOF = "ACC00000042", "30001000000011", "30001000000012", "30001000000091"
START, END = date(2025, 10, 1), date(2025, 10, 31)
PERIOD = {"operation_id": OPERATION, "period_start": START, "period_end": END, "month": START}
BILL = {"supplier": "TotalEnergies", "invoice_number": "F1", "detail_id": "0001", "prm": SCHOOL}
FOLDER = "[Syndicat du Val] Convention N°ACC00000042"


def curve(prm: str, series: str | None, **changes: object) -> dict[str, object]:
    name = f"{prm}_01102025_31102025_{series}_CDC.csv"
    return {
        "file_id": name, "path": f"{FOLDER}/{name}", "name": name, "delivery": FOLDER, "kind": "curve", "prm": prm,
        "operation_id": OPERATION, "series": series, "period_start": START, "period_end": END, "size_bytes": 10,
        "received_at": datetime(2025, 11, 8, 8, 0, tzinfo=UTC), "status": "loaded", **changes,
    }  # fmt: skip


def key(prm: str, share: str, start: date, end: date | None) -> dict[str, object]:
    return {
        "operation_id": OPERATION, "consumer_prm": prm, "valid_from": start, "valid_to": end, "key_type": "static",
        "share": Decimal(share), "source_file": f"annexe2.12_{start}.csv",
    }  # fmt: skip


PUBLICATION = {
    marts.OPERATION_MONTH: [
        {**PERIOD, "key_type": "static", "key_type_used": "static", "key_source": "annexe2.12_2025-01-01.csv",
         "default_steps": 0, "steps_expected": 8940, "steps_estimated": 12, "steps_missing": 0,
         "self_consumption_kwh": 500.0, "published_self_consumption_kwh": 480.0, "published_source": "synthesis"},
    ],
    marts.CONSUMER_MONTH: [
        {**PERIOD, "prm": SCHOOL, "self_consumption_kwh": 300.0, "published_self_consumption_kwh": 290.0,
         "published_source": "curve"},
        {**PERIOD, "prm": GYM, "self_consumption_kwh": 200.0},
    ],
    marts.EXCHANGE_MONTH: [{**PERIOD, "producer_prm": ROOF, "consumer_prm": SCHOOL, "energy_kwh": 300.0}],
    marts.SAVING_MONTH: [{**PERIOD, "prm": SCHOOL, "self_consumption_kwh": 300.0, "saving_eur": Decimal("15.90")}],
    marts.PRICE: [
        {"file_id": "p", "line": 7, "price": "local_price", "valid_from": date(2025, 1, 1), "value": Decimal("0.09"),
         "path": "prices.csv", "received_at": datetime(2025, 1, 1, tzinfo=UTC)},
        {"file_id": "p", "line": 8, "price": "local_price", "valid_from": date(2025, 11, 1), "value": Decimal("0.08"),
         "path": "prices.csv", "received_at": datetime(2025, 1, 1, tzinfo=UTC)},
    ],
    marts.DISTRIBUTION_KEY: [
        key(SCHOOL, "0.6", date(2025, 1, 1), date(2025, 11, 1)),
        key(SCHOOL, "0.7", date(2025, 11, 1), None),
        key(GYM, "0.4", date(2025, 1, 1), None),
    ],
    marts.PARTICIPANT: [
        {"operation_id": OPERATION, "prm": SCHOOL, "role": "consumer", "valid_from": date(2025, 1, 1),
         "name": "École Jules-Ferry", "role_source": "annexe2"},
    ],
    marts.FILE: [
        curve(SCHOOL, "consumption"),
        curve(SCHOOL, "consumption", file_id="older", path="mail 1/older.csv", status="superseded"),
        curve(GYM, "consumption"),
        curve(ROOF, "production"),
        curve(SCHOOL, "self_consumption"),
        curve(ROOF, "production", file_id="september", path="september.csv", period_start=date(2025, 9, 1),
              period_end=date(2025, 9, 30)),
        curve(SCHOOL, None, file_id="f", path="factures.xlsx", kind="invoices"),
        curve(SCHOOL, None, file_id="s", path="synthese.xlsx", kind="synthesis") | {"prm": None},
    ],
    marts.INVOICE_RECONCILIATION: [
        {**BILL, "month": START, "operation_id": OPERATION, "period_start": START, "period_end": END,
         "reading": "actual", "billed_kwh": 900.0, "expected_kwh": 600.0, "verdict": "self_consumption_not_deducted"},
    ],
    marts.FINDING: [
        {"finding_id": "a1b2c3d4e5f60718", "check_name": "self_consumption_not_deducted", "severity": "error",
         "party": "supplier", **PERIOD, **BILL, "expected": 600.0, "observed": 900.0, "unit": "kWh",
         "amount_eur": Decimal("33.50"), "message": "300 kWh autoconsommés n'ont pas été déduits.",
         "evidence": json.dumps([{"file": "factures.xlsx", "line": 12, "value": 900.0, "price": "énergie 90,00 €"}])},
        {"finding_id": "a1b2ffffffffffff", "check_name": "cta_amount", "severity": "error", "party": "supplier",
         "month": START, **BILL, "message": "CTA inexacte."},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    publications.write(Home(folder).create().publication, PUBLICATION)
    return folder


@pytest.fixture
def connection(home: Path):
    with warehouse.connect(Home(home).publication, read_only=True) as opened:
        yield opened


def test_a_finding_shows_file_line_key_and_rule_with_its_article(connection):
    told = explain_finding(connection, "a1b2c3d4e5f60718")
    assert told.title == "Autoconsommation non déduite de la facture"
    assert "L. 315-4" in told.rule.source and "articles 5.2.1" in told.rule.source
    [proof] = told.files
    assert (proof.path, proof.place, proof.kind, proof.status) == ("factures.xlsx", "ligne 12", "invoices", "loaded")
    assert proof.said.endswith("prix : énergie 90,00 €")
    [share] = told.keys
    assert (share.consumer_prm, share.share, share.source_file) == (
        SCHOOL, Decimal("0.6"), "annexe2.12_2025-01-01.csv",
    )  # fmt: skip
    facts = {fact.label: fact.value for fact in told.facts}
    assert facts["Énergie facturée"] == 900.0 and facts["Énergie attendue"] == 600.0
    assert facts["Clés utilisées"] == "clés statiques"


def test_the_first_digits_of_an_id_are_enough_when_no_other_begins_so(connection):
    assert explain_finding(connection, "a1b2c").subject == "a1b2c3d4e5f60718"
    with pytest.raises(TracingError, match="a1b2ffffffffffff"):
        explain_finding(connection, "a1b2")


def test_an_unknown_id_suggests_the_nearest(connection):
    with pytest.raises(TracingError, match=r"a1b2c3d4e5f60718 : Autoconsommation non déduite"):
        explain_finding(connection, "a1b2c3d4e5f60719")


def test_a_check_of_a_bill_is_explained_by_the_source_of_its_catalogue(connection):
    assert explain_finding(connection, "a1b2ffffffffffff").rule.source == catalogue()["cta_amount"]["source"]


def test_a_figure_of_an_operation_adds_up_its_consumers_and_names_the_curves(connection):
    told = explain_figure(connection, "operation_month.self_consumption_kwh", [OPERATION, "2025-10"])
    assert [(part.label, part.value) for part in told.parts] == [(SCHOOL, 300.0), (GYM, 200.0)]
    assert told.parts[0].name == "École Jules-Ferry"
    used = {(file.use, file.path.split("/")[-1], file.status) for file in told.files}
    assert used == {
        ("input", "30001000000011_01102025_31102025_consumption_CDC.csv", "loaded"),
        ("input", "older.csv", "superseded"),
        ("input", "30001000000012_01102025_31102025_consumption_CDC.csv", "loaded"),
        ("input", "30001000000091_01102025_31102025_production_CDC.csv", "loaded"),
        ("published", "synthese.xlsx", "loaded"),
    }
    facts = {fact.label: fact.value for fact in told.facts}
    assert (facts["Valeur"], facts["Publié par Enedis"], facts["Écart"]) == (500.0, 480.0, 20.0)
    assert facts["Pas estimés"] == 12
    assert "article" in told.rule.source
    assert {related.finding_id for related in told.findings} == {"a1b2c3d4e5f60718"}


def test_a_figure_of_a_site_names_its_own_curve_and_those_of_the_producers(connection):
    told = explain_figure(connection, "consumer_month.self_consumption_kwh", ["2025-10-01", SCHOOL])
    paths = [file.path.split("/")[-1] for file in told.files]
    assert "30001000000012_01102025_31102025_consumption_CDC.csv" not in paths
    assert "30001000000091_01102025_31102025_production_CDC.csv" in paths
    assert paths[-1] == "30001000000011_01102025_31102025_self_consumption_CDC.csv"
    assert [(share.share, share.valid_to) for share in told.keys] == [(Decimal("0.6"), date(2025, 11, 1))]
    assert [(part.label, part.value) for part in told.parts] == [(ROOF, 300.0)]


def test_a_saving_names_the_lines_of_the_prices_that_held(connection):
    told = explain_figure(connection, "saving_month.saving_eur", [SCHOOL])
    prices = [(file.path, file.place, file.said) for file in told.files if file.use == "price"]
    assert prices == [("prices.csv", "ligne 7", "Prix local : 0,09 €/kWh")]


def test_words_that_fit_several_rows_list_them(connection):
    with pytest.raises(TracingError, match=f"préciser laquelle :\n— {OPERATION} 2025-10-01 {SCHOOL}"):
        explain_figure(connection, "consumer_month.self_consumption_kwh", [OPERATION])


@pytest.mark.parametrize(
    ("name", "words", "suggestion"),
    [
        ("operation_month.self_consumption", [], "operation_month.self_consumption_kwh"),
        ("operation_months.surplus_kwh", [], "operation_month.surplus_kwh"),
        ("consumer_month.self_consumption_kwh", ["30001000000013"], f"{OPERATION} 2025-10-01 {SCHOOL}"),
        ("operation_month.surplus_kwh", [OPERATION, "octobre"], "Exemple : operation_month"),
        ("producer_month.surplus_kwh", [OPERATION], "Cette table est vide"),
    ],
)
def test_what_is_not_found_suggests_the_nearest(connection, name, words, suggestion):
    with pytest.raises(TracingError, match=suggestion):
        explain_figure(connection, name, words)


def test_every_check_has_a_rule_with_its_source_in_french():
    for name in catalogue():
        rule = rules.of_check(name)
        assert rule.text and rule.source, name


def test_every_figure_that_can_be_explained_is_a_column():
    columns = {f"{table.name}.{column}" for table in marts.TABLES for column in table.column_names}
    assert set(rules.figures()) <= columns
    assert {".".join(figure.parts) for figure in rules.figures().values() if figure.parts} <= columns


@pytest.fixture
def run():
    app = typer.Typer()
    app.command()(explain)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_prints_names_with_brackets_and_keeps_the_line(run, home):
    printed = run("operation_month.self_consumption_kwh", OPERATION, "2025-10", "--home", home).output
    assert "[Syndicat du Val]" in printed.replace("\n", "")
    assert "Règle :" in printed and "(version remplacée)" in printed


def test_the_command_prints_json(run, home):
    told = json.loads(run("a1b2c3d4e5f60718", "--home", home, "--format", "json").stdout)
    assert told["files"][0]["place"] == "ligne 12"
    assert set(told) == {*asdict(told_of(home))}


def told_of(home: Path):
    with warehouse.connect(Home(home).publication, read_only=True) as opened:
        return explain_finding(opened, "a1b2c3d4e5f60718")


def test_the_command_fails_clearly_on_an_unknown_id_and_without_a_publication(run, home, tmp_path):
    unknown = run("zzzz", "--home", home)
    assert unknown.exit_code == 1 and "Les plus proches" in unknown.output
    nothing = run("zzzz", "--home", tmp_path)
    assert nothing.exit_code == 1 and "energy-pipeline run" in nothing.output
