"""A new supplier, a renamed header: a file, no code. And a layout that says nonsense is told so."""

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest

from energy_pipeline.formats import supplier
from energy_pipeline.formats.model import BadFile
from energy_pipeline.formats.supplier_layout import FOLDER, LayoutError, fingerprint, supplier_layouts
from energy_pipeline.landing.frames import frame
from tests.unit.formats import supplier_headers as headers
from tests.unit.formats.supplier_files import rows, table, workbook

RECEIVED = date(2026, 3, 6)
PRM = "99001000000301"

ENERGIE_DU_VAL = """
supplier = "Énergie du Val"
kind = "invoices"
version = "2026"
source = "Made up"
recognised_by = ["invoice_number", "point", "consumption_kwh"]
credits = "positive"
kept_as_written = ["Remarque"]

[columns]
fluid = { aliases = ["Nature"] }
invoice_number = { aliases = ["Pièce"], type = "id", mandatory = true }
detail_type = { aliases = ["Sens"] }
invoice_date = { aliases = ["Émise le"], type = "date", mandatory = true }
point = { aliases = ["Point livré"], type = "id", mandatory = true }
consumption_start = { aliases = ["Du"], type = "date" }
consumption_end = { aliases = ["Au"], type = "date" }
consumption_kwh = { aliases = ["Énergie (MWh)"], type = "number", unit = "MWh", mandatory = true }
energy_price = { aliases = ["Prix (c€/kWh)"], type = "price", unit = "c€/kWh" }
energy_eur = { aliases = ["Énergie (€)"], type = "money" }
other_eur = { aliases = ["Remise"], type = "money", sign = -1 }
fixed_grid_eur = { aliases = ["Gestion", "Comptage", "Puissance"], type = "money", combine = "sum" }
site_address = { aliases = ["Rue", "Commune"], combine = "join" }
reading_type = { aliases = ["Relevé"], values = { "R" = "Relève réelle", "E" = "Estimation" } }
vat_normal_eur = { aliases = ["TVA"], type = "money" }
total_incl_vat_eur = { aliases = ["Net à payer"], type = "money", mandatory = true }

[computed]
total_excl_vat_eur = { plus = ["total_incl_vat_eur"], minus = ["vat_normal_eur"] }
detail_id = { first = ["site_code", "point"] }
"""
HEADER = ("Nature", "Pièce", "Sens", "Émise le", "Point livré", "Du", "Au", "Énergie (MWh)", "Prix (c€/kWh)",
          "Énergie (€)", "Remise", "Gestion", "Comptage", "Puissance", "Rue", "Commune", "Relevé", "TVA", "Net à payer",
          "Remarque")  # fmt: skip
BILL = {
    "Nature": "Électricité", "Pièce": "V-1", "Sens": "Facture", "Émise le": "05/02/2026", "Point livré": PRM,
    "Du": "01/01/2026", "Au": "31/01/2026", "Énergie (MWh)": "1,25", "Prix (c€/kWh)": "10,5123",
    "Énergie (€)": "131,25", "Remise": "10", "Gestion": "1,40", "Comptage": "1,83", "Puissance": "9,20",
    "Rue": "3 rue du Moulin", "Commune": "EXEMPLE", "Relevé": "R", "TVA": "26,74", "Net à payer": "160,42",
    "Remarque": "merci",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder of the layouts, with one more supplier's."""
    copied = shutil.copytree(FOLDER, tmp_path / "layouts")
    (copied / "energieduval_invoices_2026.toml").write_text(ENERGIE_DU_VAL, encoding="utf-8")
    yield copied


def test_a_new_supplier_is_a_file(folder):
    credit = BILL | {"Pièce": "V-2", "Sens": "Avoir", "Relevé": "E"}
    gas = BILL | {"Pièce": "V-3", "Nature": "Gaz", "Point livré": "GI042"}
    content = table(rows(HEADER, BILL, credit, gas), "cp1252")
    assert supplier.find(supplier.grids.sheets_of(content)) == [], "nobody knows it yet"
    found = supplier.read("val.csv", content, RECEIVED, supplier_layouts(folder))
    frame(found.table, [row | {"file_id": "f"} for row in found.rows])
    first, second, third = found.rows
    assert (found.kind, found.notes, first["supplier"]) == ("invoices", (), "Énergie du Val")
    assert (first["prm"], first["detail_id"], first["fluid"]) == (PRM, PRM, "electricity")
    assert (first["consumption_kwh"], first["energy_price"]) == (1250, Decimal("0.105123"))
    assert (first["other_eur"], first["fixed_grid_eur"]) == (Decimal("-10"), Decimal("12.43"))
    assert (first["total_excl_vat_eur"], first["site_address"]) == (Decimal("133.68"), "3 rue du Moulin, EXEMPLE")
    assert (first["reading_type"], second["reading_type"]) == ("Relève réelle", "Estimation")
    assert (second["total_incl_vat_eur"], second["consumption_kwh"], second["other_eur"]) == (
        Decimal("-160.42"), -1250, Decimal("10"))  # fmt: skip
    assert (third["fluid"], third["pce"], third.get("prm")) == ("gas", "GI042", None)


def test_a_renamed_header_is_a_file(folder):
    header = tuple({"MONTANT CSPE": "ACCISE ELECTRICITE 2027", "TOTAL TTC": "MONTANT A PAYER"}.get(label, label)
                   for label in headers.DIRECT_VIEW)  # fmt: skip
    bill = {"NUM FACTURE": "1", "DATE COMPTABLE": "01/02/2027", "PDL/PRM": PRM, "MONTANT CONSO": 1,
            "TOTAL CONSO KWH": 10, "TOTAL HORS TVA": 2, "ACCISE ELECTRICITE 2027": 0.31,
            "MONTANT A PAYER": 2.4}  # fmt: skip
    content = workbook(F=rows(header, bill))
    with pytest.raises(BadFile, match="TOTAL TTC"):
        supplier.read("f.xlsx", content, RECEIVED, supplier_layouts(FOLDER))
    (folder / "totalenergies_invoices_electricity_2027.toml").write_text(
        f"""
        extends = "totalenergies_invoices_electricity_2023"
        version = "2027"
        fingerprints = ["{fingerprint(header)}"]
        columns.excise_eur.aliases = ["ACCISE ELECTRICITE 2027"]
        columns.total_incl_vat_eur.aliases = ["MONTANT A PAYER"]
        """
    )
    supplier_layouts.cache_clear()
    found = supplier.read("f.xlsx", content, RECEIVED, supplier_layouts(folder))
    assert (found.rows[0]["excise_eur"], found.rows[0]["total_incl_vat_eur"]) == (Decimal("0.31"), Decimal("2.4"))
    assert found.notes == ()
    old = [{**bill, "TOTAL TTC": 2.4, "MONTANT CSPE": 0.31}]
    before = rows(headers.DIRECT_VIEW, *({k: v for k, v in row.items() if k in headers.DIRECT_VIEW} for row in old))
    found = supplier.find(supplier.grids.sheets_of(workbook(F=before)), supplier_layouts(folder))
    assert found[0].layout.table.version == "2023", "the header known to the letter is that of its version"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('type = "moneey"', "unknown type moneey of energy_eur"),
        ('type = "money", unit = "F"', "unknown unit F of energy_eur"),
        ('type = "money", combine = "mean"', "unknown combine mean of energy_eur"),
    ],
)
def test_a_layout_that_nobody_understands_is_told_so(tmp_path, written, said):
    bad = ENERGIE_DU_VAL.replace('energy_eur = { aliases = ["Énergie (€)"], type = "money" }',
                                 f'energy_eur = {{ aliases = ["Énergie (€)"], {written} }}')  # fmt: skip
    (tmp_path / "val.toml").write_text(bad, encoding="utf-8")
    with pytest.raises(LayoutError, match=said):
        supplier_layouts(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("energy_eur =", "energie =", "invoices has no column energie"),
        ('minus = ["vat_normal_eur"]', 'minus = ["vat"]', "invoices has no column vat"),
        ('kind = "invoices"', 'kind = "bills"', "unknown kind bills"),
        ('kind = "invoices"', 'extends = "nobody"', "extends nobody, which does not exist"),
        ("sign = -1", "sgin = -1", "unknown word sgin in columns.other_eur"),
        ("minus =", "less =", "unknown word less in computed.total_excl_vat_eur"),
        ("kept_as_written", "keep_as_written", "unknown word keep_as_written in the file"),
        ('["Nature"]', '"Nature"', "aliases of fluid must be a list of headers"),
        ('aliases = ["Sens"]', "mandatory = true", "aliases of detail_type must be a list of headers"),
        ('kind = "invoices"', "", "val: kind is missing"),
        ('source = "Made up"', "", "val: source is missing"),
        ('version = "2026"', 'version = "2026"\nfluid = "gaz"', "unknown fluid gaz"),
        ('version = "2026"', "version = 2026.", "val: .*line 4"),
    ],
)
def test_a_layout_may_only_say_what_is_understood(tmp_path, old, new, said):
    (tmp_path / "val.toml").write_text(ENERGIE_DU_VAL.replace(old, new), encoding="utf-8")
    with pytest.raises(LayoutError, match=said):
        supplier_layouts(tmp_path)


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        ({"a": "a"}, "a, which extends a: a layout cannot extend itself"),
        ({"a": "b", "b": "a"}, "a, which extends b, which extends a: a layout cannot extend itself"),
        ({"a": "b", "b": "c", "c": "b"}, "b, which extends c, which extends b: a layout cannot extend itself"),
    ],
)
def test_layouts_that_extend_one_another_in_a_circle_are_named(tmp_path, chain, said):
    for name, base in chain.items():
        (tmp_path / f"{name}.toml").write_text(f'extends = "{base}"\nversion = "1"\n', encoding="utf-8")
    with pytest.raises(LayoutError, match=f"^{said}$"):
        supplier_layouts(tmp_path)


@pytest.mark.parametrize("layout", supplier_layouts(), ids=lambda layout: layout.name)
def test_the_headers_of_a_layout_are_never_taken_for_another_supplier_s(layout):
    header = [one.label for one in layout.table.fields]
    sheet = (layout.sheets or ("",))[0].replace("*", "")
    [found] = supplier.find([supplier.grids.Sheet(sheet, [header])])
    assert (found.layout.supplier, found.layout.kind) == (layout.supplier, layout.kind), found.layout.name


def test_a_year_of_300_sites_is_read_in_seconds():
    bill = {"DATE COMPTABLE": date(2025, 10, 1), "ID DETAIL": "0001", "TYPE DETAIL": "FACTURE", "SEGMENT": "C5",
            "DEBUT CONSO ET ACH. VAR.": date(2025, 9, 1), "FIN CONSO ET ACH. VAR.": date(2025, 9, 30),
            "TOTAL HORS TVA": 41.72, "TOTAL TTC": 50.06, "MONTANT HTT": 41.72,
            **{label: 1.25 for label in headers.DIRECT_VIEW if label.startswith("MONTANT ")}}  # fmt: skip
    records = [
        bill
        | {"NUM FACTURE": f"1{month:02d}{site:09d}", "PDL/PRM": f"99001{site:09d}", "TOTAL CONSO KWH": site + month}
        for month in range(12)
        for site in range(300)
    ]
    content = workbook(F=rows(headers.DIRECT_VIEW, *records))
    start = process_time()
    found = supplier.read("f.xlsx", content, RECEIVED)
    assert len(found.rows) == 3600 and found.notes == ()
    assert process_time() - start < 10
