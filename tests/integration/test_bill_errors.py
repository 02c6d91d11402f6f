"""Each kind of error of a bill, alone in the bills of its site, gives exactly its finding, with its euros; right bills
give none: from files to findings.
"""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from tests.bill_corpus import Case, write
from tests.bill_errors import BY_CURVES, BY_SLOTS, CASES
from tests.chain import Judged, judge
from tests.integration.conftest import install
from tests.unit.demo.reading import curve_kwh, delivery


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Case], Judged, Path]:
    folder = tmp_path_factory.mktemp("bills")
    cases = write(folder / "inbox", CASES)
    return cases, judge(folder / "inbox", folder / "home"), folder


def test_no_finding_is_about_something_else(corpus):
    cases, made, _ = corpus
    # Sites that the corpus bills for two months, among others that it bills for more, lack their next bill.
    other = made.finding.filter(
        ~pl.col("invoice_number").fill_null("").str.head(3).is_in(list(cases))
        & (pl.col("check_name") != "missing_bill")
    )
    assert other.select("check_name", "message").rows() == []
    assert "quarantined" not in made.file["status"]


def test_the_errors_are_of_many_kinds():
    assert len({name for case in CASES for name in case.found}) >= 60


def test_a_real_run_publishes_such_findings(tmp_path: Path):
    computed = {BY_CURVES, BY_SLOTS}
    short = [case for case in CASES if case.months <= 3 and computed.isdisjoint(case.found.values())]
    cases = write(tmp_path / "inbox", short[::5])
    home = install(tmp_path, tmp_path / "inbox")
    assert home.run.returncode == 0, home.run.stderr
    published = said(home.rows("SELECT * FROM finding"), "")
    expected = [(name, *euros) for case in cases.values() for name, euros in case.found.items()]
    assert len(expected) > 10
    assert published == sorted(expected, key=str)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_error_gives_its_finding_alone_with_its_euros(corpus, case: Case):
    cases, made, folder = corpus
    serial = next(serial for serial, one in cases.items() if one is case)
    read = {BY_CURVES: beyond_the_curves, BY_SLOTS: beyond_the_slots}
    expected = [
        (name, *(read[euros](folder / "inbox", serial) if euros in read else euros))
        for name, euros in case.found.items()
    ]
    assert said(made.finding, serial) == sorted(expected, key=str)


def said(finding: pl.DataFrame, serial: str) -> list[tuple[str | None, ...]]:
    """Return the findings about the invoices of a site: check, euros excluding and including VAT."""
    columns = pl.col("check_name", "amount_eur", "amount_ttc_eur").cast(pl.String)
    return sorted(finding.filter(pl.col("invoice_number").str.starts_with(serial)).select(columns).iter_rows(), key=str)


def bill_of_october(inbox: Path, serial: str) -> dict[str, Any]:
    sheet = openpyxl.load_workbook(inbox / "fournisseur/DirectView_factures.xlsx").active
    assert sheet is not None
    head, *lines = sheet.iter_rows(values_only=True)
    (row,) = (
        row for line in lines if (row := dict(zip(head, line, strict=True)))["NUM FACTURE"].startswith(f"{serial}2510")
    )
    return row


def beyond_the_curves(inbox: Path, serial: str) -> tuple[str, str]:
    """Return the euros of what the bill of October bills beyond the published complement, read in the files."""
    row, stamps = bill_of_october(inbox, serial), "01102025_31102025"
    point = row["PDL/PRM"].lstrip("'")
    complement = curve_kwh(delivery(inbox, "ACC00000104", stamps)[f"{point}_{stamps}_Complement_CDC.csv"])
    price = sum(Decimal(str(row[f"MONTANT {name}"])) for name in ("CONSO", "GO", "CEE", "CEE PRECARITE", "CAPACITE"))
    amount = (row["TOTAL CONSO KWH"] - Decimal(str(complement))) * price / row["TOTAL CONSO KWH"]
    return cents(amount)


def beyond_the_slots(inbox: Path, serial: str) -> tuple[str, str]:
    """Return the euros of what the bill of October bills in each slot beyond its published complement."""
    row, stamps = bill_of_october(inbox, serial), "01102025_31102025"
    point = row["PDL/PRM"].lstrip("'")
    published = delivery(inbox, "ACC00000104", stamps)[f"{point}_{stamps}_Complement_Energie.csv"]
    kwh = dict(line.rstrip(";").split(";") for line in published.decode().split())
    return cents(sum(
        (row[f"CONSO {ours}"] - Decimal(kwh[theirs].replace(",", "."))) * Decimal(str(row[f"PRIX CONSO {ours}"]))
        for ours, theirs in (("HPE", "HPB"), ("HCE", "HCB"))
    ))  # fmt: skip


def cents(amount: Decimal) -> tuple[str, str]:
    """Return euros without and with a VAT of 20 %."""
    return tuple(str(value.quantize(Decimal("0.01"), ROUND_HALF_UP)) for value in (amount, amount * Decimal("1.2")))
