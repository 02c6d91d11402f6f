"""A wrong VAT alone has no amount without it: claimed when too much was asked, in no letter when too little."""

from decimal import Decimal

import duckdb

from energy_pipeline.claims import write_claims
from tests.unit.claims.conftest import SUN, finding, published
from tests.unit.claims.test_letters import DAY, path_of, words

TOO_MUCH = finding(1, "normal_vat_amount", 10, None, "2.40", expected=10.0, observed=12.4, unit="EUR")
TOO_LITTLE = finding(2, "reduced_vat_after_reform", 10, None, "-1.45", expected=3.0, observed=1.55, unit="EUR")
UNKNOWN = finding(3, "period_reversed", 10, None, None, unit=None, detail_id="3")
ASKED = "SELECT findings, unquantified, amount_eur, amount_ttc_eur FROM marts.claim"


def claims(tmp_path, *findings) -> list[tuple]:
    with duckdb.connect(str(published(tmp_path / "energy.duckdb", list(findings))), read_only=True) as connection:
        return connection.execute(ASKED).fetchall()


def test_too_much_vat_is_claimed_with_its_euros(tmp_path):
    assert claims(tmp_path, TOO_MUCH) == [(1, 0, Decimal(0), Decimal("2.40"))]


def test_too_little_is_nothing_to_claim(tmp_path):
    assert claims(tmp_path, TOO_LITTLE) == [(0, 0, Decimal(0), None)]
    assert write_claims(tmp_path / "energy.duckdb", tmp_path / "letters", day=DAY) == []


def test_what_has_no_euros_at_all_is_not_quantified(tmp_path):
    assert claims(tmp_path, UNKNOWN, TOO_MUCH) == [(2, 1, Decimal(0), Decimal("2.40"))]


def test_the_letter_asks_for_the_vat(tmp_path):
    (letter,) = write_claims(published(tmp_path / "energy.duckdb", [TOO_MUCH]), tmp_path / "letters", day=DAY)
    assert letter.addressee == SUN
    said = words(path_of(letter, ".docx")).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert "pour un total de 0,00 € HT, soit 2,40 € TTC" in said
    assert "à chiffrer" not in said
