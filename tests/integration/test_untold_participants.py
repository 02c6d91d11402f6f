"""Right bills beside an operation of which something lacks: nobody is accused by what is not known."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from pathlib import Path

import pytest

from assets.resources import Installation
from energy_pipeline import warehouse
from energy_pipeline.demo.annexes import operations_toml, prices_csv, write_annexe_2, write_keys
from energy_pipeline.demo.bills import month_of_bills
from energy_pipeline.demo.direct_view import invoices_file
from energy_pipeline.demo.enedis import deliver
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.model import Operation
from energy_pipeline.demo.simulate import simulate
from energy_pipeline.demo.world import operation
from tests.chain import Judged, judge

OCTOBER = date(2025, 10, 1)
WRITTEN = datetime.combine(date(2026, 1, 20), time(8))
MEASURED = ("Conso_CDC.csv", "Prod_CDC.csv")


def of(index: int, months: int = 1) -> Operation:
    return operation(index, consumers=3, producers=1, months=months, first=OCTOBER, seed=5)


def delivered(folder: Path, told: Sequence[Operation], silent: Sequence[Operation] = (), months: int = 1) -> Path:
    """Write what Enedis sends of the operations `told`, and the right bills of these and of those that are `silent`."""
    inbox = Inbox(folder / "inbox")
    rows = []
    for acc in (*told, *silent):
        flows = simulate(acc, OCTOBER, months, seed=5)
        rows += [row for n in range(months) for row in month_of_bills(acc, flows, OCTOBER, n).rows]
        if acc in told:
            write_annexe_2(inbox, acc, OCTOBER)
            for part in flows.periods:
                write_keys(inbox, acc, part)
                deliver(inbox, acc, flows, part)
    inbox.write("fournisseur/DirectView_factures.xlsx", invoices_file(rows, WRITTEN.date()), WRITTEN)
    inbox.write("operations.toml", operations_toml([*told, *silent]), WRITTEN)
    inbox.write("prices.csv", prices_csv([*told, *silent], OCTOBER), WRITTEN)
    return inbox.root


def keep(inbox: Path, is_kept: Callable[[str], bool]) -> None:
    """Leave in the archives of an inbox the entries told only."""
    for path in inbox.rglob("export.zip"):
        with zipfile.ZipFile(path) as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name in filter(is_kept, entries):
                archive.writestr(name, entries[name])


def bills(made: Path, home: Path) -> tuple[Judged, dict[str, tuple[str, str | None, bool | None]]]:
    """Return what the chain finds, and of the bill of October of each point: verdict, reason, `is_participant`."""
    judged = judge(made, home)
    database = Installation(inbox=str(made), home=str(home)).home_folders().warehouse
    with warehouse.connect(database) as connection:
        rows = warehouse.query(
            connection,
            "SELECT prm, verdict, reason, is_participant FROM marts.invoice_reconciliation WHERE month = '2025-10-01'",
        ).rows()
    return judged, {prm: tuple(said) for prm, *said in rows}  # type: ignore[misc]


@pytest.mark.parametrize("lacks", [False, True])
def test_under_default_keys_a_consumer_whose_curve_never_came_accuses_no_other(tmp_path, lacks):
    acc = of(4, months=2)
    assert acc.key_type == "default"
    absent, *others = (consumer.prm for consumer in acc.consumers)
    inbox = delivered(tmp_path, [acc], months=2)
    keep(inbox, lambda name: name.endswith(MEASURED) and not (lacks and name.startswith(absent)))
    made, said = bills(inbox, tmp_path / "home")
    assert set(made.finding["check_name"]) <= {"missing_curve"}
    if not lacks:
        assert {said[prm][0] for prm in (absent, *others)} == {"matches"}
        return
    assert said[absent][:2] == (
        "no_curve", "Courbe de consommation du point absente du 01/10/2025 au 31/10/2025.")  # fmt: skip
    for prm in others:
        verdict, reason, _ = said[prm]
        assert verdict == "no_curve"
        assert reason is not None and reason.endswith(
            f"sous clés par défaut : courbe de consommation du consommateur {absent} absente du 01/10/2025 au "
            "31/10/2025."
        )


def test_the_list_of_one_operation_says_nothing_of_the_points_of_another(tmp_path):
    told, silent = of(3), of(6)
    made, said = bills(delivered(tmp_path, [told], [silent]), tmp_path / "home")
    assert [said[consumer.prm][::2] for consumer in told.consumers] == [("matches", True)] * 3
    assert {said[site.prm][2] for site in (*silent.consumers, *told.others)} == {None}
    doubts = made.finding
    assert set(doubts["severity"]) == {"warning"}
    assert set(doubts["amount_eur"]) == {None}, "no euro is claimed"
    assert doubts["message"].str.ends_with(
        "C'est juste si le site prend part à une opération dont les participants ne sont pas encore connus."
    ).all()  # fmt: skip


def test_once_both_operations_tell_their_participants_the_points_of_neither_are_outside(tmp_path):
    both = of(3), of(6)
    made, said = bills(delivered(tmp_path, both), tmp_path / "home")
    assert made.finding.is_empty()
    assert {said[site.prm][2] for acc in both for site in acc.others} == {False}
