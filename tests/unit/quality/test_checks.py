"""The quality as Dagster checks of the publication: one per mart, that warn."""

import duckdb
import pytest

from assets.quality import quality_of_the_publication
from assets.resources import Installation
from energy_pipeline import quality
from tests.unit.quality import base


@pytest.fixture
def installation(tmp_path) -> Installation:
    made = Installation(inbox=str(tmp_path / "inbox"), home=str(tmp_path / "home"))
    base.write(made.home_folders().publication)
    return made


def test_each_mart_has_its_check_and_a_broken_rule_warns(installation):
    home = installation.home_folders()
    with duckdb.connect(str(home.publication)) as connection:
        connection.execute("UPDATE marts.price SET value = 90")
    results = {result.check_name: result for result in quality_of_the_publication(installation)}
    assert set(results) == {f"{mart}_is_plausible" for mart in quality.suites()}
    broken = {name for name, result in results.items() if not result.passed}
    assert broken == {"price_is_plausible"}
    assert {result.severity.value for result in results.values()} == {"WARN"}
    assert results["price_is_plausible"].metadata["règles non respectées, lignes en défaut"].value == {
        "Un prix saisi est en euros par kWh, moins de 1 € : ni en centimes ni par MWh": 1
    }
    assert (home.reports / "qualite.html").is_file()
    assert 'href="qualite.html"' in (home.reports / "index.html").read_text(encoding="utf-8")
