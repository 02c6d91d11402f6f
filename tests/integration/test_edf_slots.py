"""EDF tells the slots of its bills in a second file: a split that is wrong is found, and priced by that file."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from energy_pipeline.demo.annexes import operations_toml, prices_csv, write_annexe_2, write_keys
from energy_pipeline.demo.enedis import deliver
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.simulate import simulate
from energy_pipeline.demo.world import operation
from tests.chain import judge
from tests.unit.demo.reading import delivery
from tests.unit.formats.supplier_files import rows, table
from tests.unit.formats.supplier_headers import EDF_REGISTERS, EDF_SITES

OCTOBER = date(2025, 10, 1)
WRITTEN = datetime.combine(date(2025, 12, 10), time(8))
STAMPS = "01102025_31102025"


def test_a_wrong_split_is_found_whichever_file_comes_first(tmp_path: Path):
    acc = operation(3, consumers=3, producers=1, months=1, first=OCTOBER, seed=5)
    school = acc.consumers[0].prm
    inbox = Inbox(tmp_path / "inbox")
    flows = simulate(acc, OCTOBER, 1, seed=5)
    write_annexe_2(inbox, acc, OCTOBER)
    for part in flows.periods:
        write_keys(inbox, acc, part)
        deliver(inbox, acc, flows, part)
    inbox.write("operations.toml", operations_toml([acc]), WRITTEN)
    inbox.write("prices.csv", prices_csv([acc], OCTOBER), WRITTEN)
    told = delivery(inbox.root, acc.operation_id, STAMPS)[f"{school}_{STAMPS}_Complement_Energie.csv"].decode()
    kwh = {slot: float(value.replace(",", ".")) for slot, value in (line.split(";")[:2] for line in told.split())}
    peak, off_peak = round(kwh["HP"]) + 150, round(kwh["HC"]) - 150

    place = {"Date de la facture": "05/11/2025", "Numéro de facture": "10123456789", "Référence d'acheminement": school,
             "Nom du site": "École", "Segmentation OR": "C5", "Type de facture": "Relevé"}  # fmt: skip
    bill = place | {
        "Début période de consommation": "01/10/2025", "Fin période de consommation": "31/10/2025",
        "Total consommation (kWh)": str(peak + off_peak), "Total énergie facturée (Euros HT)": "250,00",
        "Total hors TVA (Euros)": "250,00", "Montant TVA à taux normal (Euros)": "50,00", "Total TTC (Euros)": "300,00",
    }  # fmt: skip
    # 0,15 and 0,10 €/kWh.
    billed = (("HP", peak, peak * 0.15), ("HC", off_peak, off_peak * 0.10))
    lines = [
        place | {"Poste Horosaisonnier": slot, "Consommation (kWh)": str(kwh_), "Energie facturée (Euros HT)":
                 f"{euros:.2f}".replace(".", ","), "Date index fin de période": "31/10/2025"}
        for slot, kwh_, euros in billed
    ]  # fmt: skip

    inbox.write("fournisseur/sites_elec.csv", table(rows(EDF_SITES, bill)), WRITTEN)
    made = judge(inbox.root, tmp_path / "home")
    assert "wrong_slot_split" not in set(made.finding["check_name"]), "nothing tells its slots yet"
    inbox.write("fournisseur/sites_elec_phs.csv", table(rows(EDF_REGISTERS, *lines)), WRITTEN + timedelta(days=1))
    again = judge(inbox.root, tmp_path / "home")
    whole = judge(inbox.root, tmp_path / "other")
    for one in (again, whole):
        (finding,) = one.finding.filter(check_name="wrong_slot_split").to_dicts()
        expected = (peak - kwh["HP"]) * 0.15 + (off_peak - kwh["HC"]) * 0.10
        assert float(finding["amount_eur"]) == pytest.approx(expected, abs=0.02)
        assert finding["message"].endswith("montants de ces postes sur la facture, divisés par leurs kWh.")
    assert again.finding.sort("finding_id").equals(whole.finding.sort("finding_id"))
