"""What a report says is to be claimed: a wrong VAT alone has euros including VAT only."""

from decimal import Decimal

import pytest

from energy_pipeline.reports import summary
from energy_pipeline.reports.rows import Finding


def error(amount: str | None, ttc: str | None) -> Finding:
    values = dict.fromkeys(Finding.__dataclass_fields__)
    known = {
        "check_name": "normal_vat_amount", "severity": "error", "party": "supplier", "supplier": "Lumière du Midi",
        "amount_eur": amount and Decimal(amount), "amount_ttc_eur": ttc and Decimal(ttc),
    }  # fmt: skip
    return Finding(**(values | known))


@pytest.mark.parametrize(
    "errors, owed, ttc, unquantified",
    [
        ([("10", "12"), (None, "2.40")], "10", "14.40", 0),
        ([("10", "12"), (None, "-1.45")], "10", "12", 0),
        ([(None, "2.40")], "0", "2.40", 0),
        ([("10", None), (None, "2.40")], "10", None, 0),
        ([("10", "12"), (None, None)], "10", "12", 1),
    ],
)
def test_claims(errors, owed, ttc, unquantified):
    findings = tuple(error(*amounts) for amounts in errors)
    assert summary.claimed(summary.claims(findings)) == (Decimal(owed), ttc and Decimal(ttc))
    assert summary.unquantified(findings) == unquantified
