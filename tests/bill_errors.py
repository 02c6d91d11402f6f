"""The errors of bills that the checks must find: one a site, what is changed in its bills, what must be found.

The euros are typed by hand, how is told beside, from the amounts of `tests.bill_corpus`.
"""

from datetime import date
from decimal import Decimal

from energy_pipeline.demo.bills import Document, bill, credit
from energy_pipeline.demo.direct_view import Row
from energy_pipeline.demo.world import operation
from tests.bill_corpus import NOVEMBER, OCTOBER, Case, again, number, reading, site

NONE = (None, None)
BY_CURVES = ("curves", "curves")
"""The kWh beyond the complement that Enedis publishes, at what the bill's own kWh cost."""
BY_SLOTS = ("slots", "slots")
"""The kWh of each slot beyond those that Enedis publishes, at the unit prices that the bill tells."""
D = Decimal


PER_KWH = (
    "MONTANT CONSO",
    "MONTANT GO",
    "MONTANT CEE",
    "MONTANT CEE PRECARITE",
    "MONTANT CAPACITE",
    "MONTANT CSPE",
)


def copy(rows: list[Row], **changes: object) -> None:
    rows.append(rows[1] | {name.replace("_", " "): value for name, value in changes.items()})


def more_kwh(row: Row, kwh: int) -> None:
    """Bill more (or fewer) kWh, at the same prices."""
    billed = row["TOTAL CONSO KWH"]
    for name in PER_KWH:
        row[name] = (row[name] * (billed + kwh) / billed).quantize(D("0.01"))
    row["TOTAL CONSO KWH"] = billed + kwh
    row["CONSO BASE/HP/HPH"] += kwh
    again(row)


def moved(row: Row, kwh: int, *, prices: tuple[str, str]) -> None:
    """Bill kWh of the summer's off-peak hours at peak, and tell the price of both slots."""
    peak, off_peak = D(prices[0]), D(prices[1])
    row["CONSO HPE"] += kwh
    row["CONSO HCE"] -= kwh
    cost = row["CONSO HPE"] * peak + row["CONSO HCE"] * off_peak
    again(row, MONTANT_CONSO=cost.quantize(D("0.01")), PRIX_CONSO_HPE=peak, PRIX_CONSO_HCE=off_peak)


def swapped_then_credited(rows: list[Row]) -> None:
    """Bill October's kWh in the wrong slot; and 120 kWh too many at peak in November, then credit these at peak."""
    rows[0]["CONSO BASE/HP/HPH"] += 150
    rows[0]["CONSO HC/HCH"] -= 150
    right = dict(rows[1])
    more_kwh(rows[1], 120)
    back = {name: right[name] - rows[1][name] for name in PER_KWH}
    given = credit(rows[1], number(int(str(rows[1]["NUM FACTURE"])[:3]), NOVEMBER, 2), date(2025, 12, 20))
    none = {name: D(0) for name in given if name.startswith("MONTANT")}
    rows.append(given | none | back | {"TOTAL CONSO KWH": -120, "CONSO BASE/HP/HPH": -120, "CONSO HC/HCH": 0})
    again(rows[-1])


def set_in(position: int, **changes: object):
    """Return what changes cells of a row, and nothing else."""
    return lambda rows: rows[position].update({name.replace("_", " "): value for name, value in changes.items()})


def totals_follow(position: int, **changes: object):
    """Return what changes cells of a row, totals and VAT following."""
    return lambda rows: again(rows[position], **changes)


def added(position: int, **euros: str):
    """Return what adds euros to cells of a row, and nothing else."""

    def change(rows: list[Row]) -> None:
        for name, value in euros.items():
            rows[position][name.replace("_", " ")] += D(value)

    return change


def rewritten(rows: list[Row], position: int, kwh: int) -> None:
    """Bill another energy in a month, indexes and amounts following, as the writer bills it."""
    acc = operation(3, consumers=8, producers=1, months=2, first=OCTOBER, seed=5)
    old = rows[position]
    place = site(acc, int(str(old["PDL/PRM"])[-5:]), "C5")
    document = Document(str(old["NUM FACTURE"]), 1, ("R01", "Bâtiments"), old["DATE COMPTABLE"])
    rows[position] = bill(acc, place, old["DEBUT CONSO ET ACH. VAR."], reading(place, position, kwh), document)
    for row in rows[position + 1 :]:
        for name in ("RELEVE FACTUREE_DEBUT BASE/HP/HPH", "INDEX REEL BASE/HP/HPH", "RELEVE FACTUREE_FIN BASE"):
            row[name] += kwh - 1000


def reduced(row: Row, base: str) -> None:
    """Bill the reduced VAT on a base, and the normal one on the rest."""
    normal = row["TOTAL HORS TVA"] - D(base)
    vats = (D(base) * D("0.055")).quantize(D("0.01")), (normal * D("0.2")).quantize(D("0.01"))
    row.update({"ASSIETTE TVA TR": D(base), "TVA TR": vats[0], "ASSIETTE TVA TN": normal, "TVA TN": vats[1],
                "TOTAL TTC": row["TOTAL HORS TVA"] + sum(vats)})  # fmt: skip


def credited(rows: list[Row], origin: str | None = "named", more: str = "0") -> None:
    """Credit the bill of October."""
    given = credit(rows[1], number(int(str(rows[1]["NUM FACTURE"])[:3]), OCTOBER, 2), date(2025, 11, 20))
    if origin is None:
        given["REF ORIGINE"] = None
    given["MONTANT CONSO"] -= D(more)
    rows.append(given)
    again(given)


def rebilled(rows: list[Row], origin: str | None = "named") -> None:
    """Credit the bill of October, and bill October again."""
    credited(rows, origin)
    copy(rows, NUM_FACTURE=number(int(str(rows[1]["NUM FACTURE"])[:3]), OCTOBER, 3), DATE_COMPTABLE=date(2025, 11, 20))


def drawn(row: Row) -> int:
    """Return the kWh that the indexes of a bill measure."""
    return sum(row[f"INDEX REEL {name}"] - row[f"RELEVE FACTUREE_DEBUT {name}"]
               for name in ("BASE/HP/HPH", "HC/HCH") if f"INDEX REEL {name}" in row)  # fmt: skip


CASES = (
    Case("right bills", {}),
    Case("right bills of four slots", {}, kind="C4"),
    Case("right bills of gas", {}, kind="gas"),
    Case("right bills of a year and a half", {}, first=date(2024, 11, 1), months=18),
    Case("right bills of a year of gas", {}, kind="gas", first=date(2025, 5, 1), months=12),
    Case("right bills of a participant", {}, kind="1"),
    # --- identity, duplicates
    Case("no date", {"invoice_date_missing": NONE}, set_in(2, DATE_COMPTABLE=None)),
    Case("no total", {"invoice_total_missing": NONE}, set_in(1, TOTAL_TTC=None)),
    Case("no grouping", {"grouping_missing": NONE}, set_in(1, LIB_REGROUPEMENT=None)),
    Case("no point", {"prm_invalid": NONE}, lambda rows: rows[2].update({"PDL/PRM": None})),
    Case("SIRET with a wrong key", {"siret_invalid": NONE}, set_in(1, SIRET_CHORUS="99900104300011")),
    Case(
        "a number used twice",
        {"invoice_number_reused": NONE},
        lambda rows: rows[1].update({"NUM FACTURE": rows[0]["NUM FACTURE"], "ID DETAIL": "0002"}),
    ),
    Case(
        "a detail twice in the invoice",
        {"duplicate_in_invoice": ("208.11", "249.73")},
        lambda rows: copy(rows, ID_DETAIL="0002"),
    ),
    Case(
        "a bill twice",
        {"duplicate_bill": ("208.11", "249.73")},
        lambda rows: copy(rows, NUM_FACTURE=rows[1]["NUM FACTURE"] + "9", DATE_COMPTABLE=date(2025, 11, 20)),
    ),
    # --- periods
    Case("no dates", {"period_missing": NONE}, set_in(2, DEBUT_ABO=None, FIN_ABO=None)),
    Case(
        "dates reversed", {"period_reversed": NONE}, set_in(2, DEBUT_ABO=date(2025, 12, 31), FIN_ABO=date(2025, 12, 1))
    ),
    Case("billed before the end", {"issued_before_end": NONE}, set_in(1, DATE_COMPTABLE=date(2025, 10, 20))),
    Case(
        "45 days",
        {"period_length": NONE},
        lambda rows: rows[2].update(
            {
                "FIN CONSO ET ACH. VAR.": date(2025, 12, 15),
                "DATE COMPTABLE": date(2025, 12, 20),
                "DERNIERE RELEVE REELLE": date(2025, 12, 15),
            }
        ),
    ),
    Case("a gap of the subscription", {"gap_subscription": NONE}, set_in(2, DEBUT_ABO=date(2025, 12, 10))),
    Case(
        "a gap of the consumption",
        {"gap_consumption": NONE},
        lambda rows: rows[2].update({"DEBUT CONSO ET ACH. VAR.": date(2025, 11, 6)}),
    ),
    # (16,80 + 22,00 + 12 × 11,07) × 22 / 365 = 10,35; 21,93 % = 2,27
    Case(
        "a gap of the fixed part",
        {"gap_fixed_grid": NONE},
        totals_follow(
            2, **{"DEBUT_ACH._FIXE": date(2025, 12, 10)}, MONTANT_ACHEMINEMENT_FIXE=D("10.35"), MONTANT_CTA=D("2.27")
        ),
    ),
    Case(
        "one gap of the subscription and of the fixed part",
        {"gap_subscription": NONE},
        totals_follow(
            2,
            **{"DEBUT_ABO": date(2025, 12, 10), "DEBUT_ACH._FIXE": date(2025, 12, 10)},
            MONTANT_ACHEMINEMENT_FIXE=D("10.35"),
            MONTANT_CTA=D("2.27"),
        ),
    ),
    # 10 of 41 days: 5,00 × 10 / 41
    Case("a subscription twice", {"overlap_subscription": ("1.22", "1.46")}, set_in(2, DEBUT_ABO=date(2025, 11, 21))),
    Case(
        "a consumption twice",
        {"overlap_consumption": NONE},
        lambda rows: rows[2].update({"DEBUT CONSO ET ACH. VAR.": date(2025, 10, 27)}),
    ),
    # 171,64 × 41 / 365 = 19,28; CTA 4,23; (19,28 + 4,23) × 10 / 41 = 5,734
    Case(
        "a fixed part twice",
        {"overlap_fixed_grid": ("5.73", "6.88")},
        totals_follow(
            2, **{"DEBUT_ACH._FIXE": date(2025, 11, 21)}, MONTANT_ACHEMINEMENT_FIXE=D("19.28"), MONTANT_CTA=D("4.23")
        ),
    ),
    Case("a late bill", {"late_invoice": NONE}, set_in(2, DATE_COMPTABLE=date(2026, 1, 15))),
    # --- quantities
    Case(
        "four registers that do not make the total",
        {"four_slots_sum": NONE},
        set_in(1, TOTAL_CONSO_KWH=1100),
        kind="C4",
    ),
    Case("two registers that do not make the total", {"invoice_total_mismatch": NONE}, set_in(1, TOTAL_CONSO_KWH=1100)),
    # 100 kWh × (96,80 + 1,15 + 4,03 + 1,34 + 4,21) / 1 000 = 10,753
    Case(
        "more than the indexes",
        {"index_difference": ("10.75", "12.90")},
        lambda rows: rows[2].update({"INDEX REEL BASE/HP/HPH": 22900, "RELEVE FACTUREE_FIN BASE": 22900}),
    ),
    Case(
        "indexes that jump",
        {"index_continuity": NONE},
        lambda rows: rows[2].update(
            {
                "RELEVE FACTUREE_DEBUT BASE/HP/HPH": 22050,
                "INDEX REEL BASE/HP/HPH": 23050,
                "RELEVE FACTUREE_FIN BASE": 23050,
            }
        ),
    ),
    Case(
        "a real reading outside the period",
        {"actual_reading_outside_period": NONE},
        set_in(2, DERNIERE_RELEVE_REELLE=date(2025, 10, 15)),
    ),
    Case(
        "no real reading for a year",
        {"no_actual_reading": NONE},
        set_in(2, TYPE_RELEVE="Estimé", DERNIERE_RELEVE_REELLE=date(2024, 10, 1)),
    ),
    Case(
        "estimates for half a year",
        {"estimate_not_settled": NONE},
        lambda rows: [
            row.update({"TYPE RELEVE": "Estimé", "DERNIERE RELEVE REELLE": date(2025, 3, 31)}) for row in rows
        ],
        first=date(2025, 4, 1),
        months=7,
    ),
    Case("more than the power lets through", {"above_power": NONE}, lambda rows: rewritten(rows, 1, 12000)),
    Case("kWh below zero", {"negative_quantity": NONE}, lambda rows: rewritten(rows, 2, -20)),
    # --- plausibility
    Case("an amount below zero", {"negative_amount": NONE}, totals_follow(1, MONTANT_CAPACITE=D("-4.21"))),
    Case("no price", {"zero_amount": NONE}, totals_follow(1, MONTANT_CONSO=D(0))),
    Case("a subscription above the energy", {"subscription_above_energy": NONE}, lambda rows: rewritten(rows, 2, 30)),
    Case(
        "far more than last year",
        {"year_on_year": NONE},
        lambda rows: rewritten(rows, 12, 1800),
        first=date(2024, 11, 1),
        months=13,
    ),
    # --- contract
    Case("another segment in the list", {"segment_differs": NONE}, months=1, listed=(("Segment", "C4"),)),
    Case(
        "another option in the list",
        {"option_differs": NONE},
        months=1,
        listed=(("FTA", "BTINFMUDT"), ("Option tarifaire", "Heures pleines / heures creuses")),
    ),
    # (16,80 + 22,00 + 42 × 11,07) × 31 / 365 = 42,78; CTA 9,38
    Case(
        "42 kVA in C5",
        {"power_out_of_range": NONE},
        totals_follow(0, PUISSANCE_SOUSCRITE=42, MONTANT_ACHEMINEMENT_FIXE=D("42.78"), MONTANT_CTA=D("9.38")),
        months=1,
        listed=(("Puissance souscrite", 42),),
    ),
    Case("another power in the list", {"power_differs": NONE}, months=1, listed=(("Puissance souscrite", 9),)),
    # 18 kVA: (38,80 + 199,26) × 31 / 365 = 20,22; CTA 4,43
    Case(
        "another power than before",
        {"power_changed": NONE},
        totals_follow(2, PUISSANCE_SOUSCRITE=18, MONTANT_ACHEMINEMENT_FIXE=D("20.22"), MONTANT_CTA=D("4.43")),
        listed=(("Puissance souscrite", None),),
    ),
    Case(
        "after the site's exit",
        {"billed_after_exit": ("208.11", "249.73")},
        first=OCTOBER,
        months=1,
        listed=(("Statut", "Résilié"), ("Date de sortie", "30/09/2025")),
    ),
    Case(
        "before the site's entry",
        {"billed_before_entry": ("208.11", "249.73")},
        first=OCTOBER,
        months=1,
        listed=(("Date d'entrée", "01/12/2025"),),
    ),
    Case("a site of no list", {"site_unknown": NONE}, first=OCTOBER, months=1, is_listed=False),
    # --- regulated prices
    # 24,11 − 14,107
    Case(
        "the fixed part",
        {"fixed_grid_amount": ("10.00", "12.00")},
        totals_follow(1, MONTANT_ACHEMINEMENT_FIXE=D("24.11"), MONTANT_CTA=D("5.29")),
    ),
    Case(
        "the variable part",
        {"variable_grid_amount": ("10.00", "12.00")},
        totals_follow(1, MONTANT_ACHEMINEMENT_VARIABLE=D("58.40")),
    ),
    # 8,09 − 21,93 % × 14,11 = 4,9957
    Case("the CTA", {"cta_amount": ("5.00", "5.99")}, totals_follow(1, MONTANT_CTA=D("8.09"))),
    # 33,70 €/MWh, the rate of before 1 August
    Case("the accise", {"excise_amount": ("3.72", "4.46")}, totals_follow(1, MONTANT_CSPE=D("33.70"))),
    Case("TCCFE", {"tccfe_after_end": ("3.75", "4.50")}, totals_follow(1, MONTANT_TCCFE=D("3.75"))),
    Case("TDCFE", {"tdcfe_after_end": ("1.88", "2.26")}, totals_follow(1, MONTANT_TDCFE=D("1.88"))),
    Case("TCFE", {"tcfe_after_end": ("5.63", "6.76")}, totals_follow(1, MONTANT_TCFE=D("5.63"))),
    Case(
        "ARENH of 2026",
        {"arenh_after_end": ("12.00", "14.40")},
        totals_follow(2, MONTANT_ARENH=D("12.00")),
        first=NOVEMBER,
    ),
    # 10,00 × (5,5 % − 20 %)
    Case(
        "reduced VAT above 36 kVA",
        {"reduced_vat_above_36_kva": (None, "-1.45")},
        lambda rows: reduced(rows[1], "10.00"),
        kind="C4",
    ),
    # 5,00 + 14,11 + 3,09 = 22,20
    Case(
        "reduced VAT after the reform",
        {"reduced_vat_after_reform": (None, "-3.22")},
        lambda rows: reduced(rows[1], "22.20"),
    ),
    # July: (16,92 + 22,44 + 12 × 11,28) × 31 / 365 = 14,84; 5,00 + 14,84 + 3,25 = 23,09 at 20 % and not 5,5 %
    Case(
        "normal VAT on the subscription",
        {"reduced_vat_base": (None, "3.35")},
        lambda rows: reduced(rows[2], "0.00"),
        first=date(2025, 4, 1),
    ),
    Case(
        "the amount of the reduced VAT",
        {"reduced_vat_amount": (None, "2.00")},
        added(2, TVA_TR="2", TOTAL_TTC="2"),
        first=date(2025, 4, 1),
    ),
    Case("the amount of the normal VAT", {"normal_vat_amount": (None, "3.00")}, added(1, TVA_TN="3", TOTAL_TTC="3")),
    # --- totals
    Case("the total before taxes", {"invoice_total_mismatch": NONE}, added(1, MONTANT_HTT="5")),
    Case(
        "the total before VAT, taxed",
        {"invoice_total_mismatch": ("12.34", "14.81")},
        added(1, TOTAL_HORS_TVA="12.34", ASSIETTE_TVA_TN="12.34", TVA_TN="2.47", TOTAL_TTC="14.81"),
    ),
    Case("the total to pay", {"invoice_total_mismatch": (None, "7.00")}, added(1, TOTAL_TTC="7")),
    # --- credits
    Case("a credit of nothing", {"credit_without_origin": NONE}, lambda rows: rebilled(rows, origin=None)),
    Case("a credit and a new bill", {}, rebilled),
    # 50,00 of energy, VAT 20 %
    Case(
        "a credit above its bill",
        {"credit_above_origin": ("-50.00", "-60.00")},
        lambda rows: credited(rows, more="50"),
    ),
    # --- beside the curves
    Case(
        "the self-consumption not deducted",
        {"self_consumption_not_deducted": BY_CURVES},
        lambda rows: more_kwh(rows[0], drawn(rows[0]) - rows[0]["TOTAL CONSO KWH"]),
        kind="7",
    ),
    Case("150 kWh too many", {"over_billed": BY_CURVES}, lambda rows: more_kwh(rows[0], 150), kind="0"),
    Case("150 kWh too few", {"under_billed": BY_CURVES}, lambda rows: more_kwh(rows[0], -150), kind="2"),
    # prices.csv tells one price for all slots of that operation.
    Case(
        "150 kWh in the wrong slot, and a credit that tells its slot",
        {"wrong_slot_split": NONE},
        swapped_then_credited,
        kind="6",
    ),
    Case(
        "200 kWh in the wrong slot, priced by the bill",
        {"wrong_slot_split": BY_SLOTS},
        lambda rows: moved(rows[0], 200, prices=("0.0781", "0.0604")),
        kind="4",
    ),
    # --- gas, T2. October: 630 m³ × 11,25 = 7 087,5, 7 088 kWh: 227,67 + 6,00 + 29,84 + 9,92 + 3,20 + 15,51 + 85,62
    # + 109,37 + 3,83 = 490,96
    Case(
        "gas: another tariff in the list",
        {"gas_tariff_differs": NONE},
        kind="gas",
        months=1,
        listed=(("Segment", "T1"),),
    ),
    Case(
        "gas: a bill twice",
        {"duplicate_bill": ("490.96", "589.15")},
        lambda rows: copy(rows, NUM_FACTURE=rows[1]["NUM FACTURE"] + "9", DATE_COMPTABLE=date(2025, 11, 20)),
        kind="gas",
    ),
    # November, 25 of 30 days: 15,51 × 25 / 30 = 12,93; CTA 24,719 % = 3,20
    Case(
        "gas: a gap",
        {"gap_consumption": NONE},
        totals_follow(2, DEBUT_CONSO=date(2025, 11, 6), ATRD_TERME_FIXE=D("12.93"), MONTANT_CTA=D("3.20")),
        kind="gas",
    ),
    # 709,5 kWh × (227,67 + 29,84 + 9,92 + 85,62 + 109,37) / 7 797
    Case(
        "gas: more than the volume", {"gas_conversion": ("42.08", "50.49")}, set_in(1, TOTAL_CONSO_KWH=7797), kind="gas"
    ),
    Case(
        "gas: the price",
        {"gas_energy_amount": ("10.00", "12.00")},
        totals_follow(1, MONTANT_CONSO_GAZ=D("237.67")),
        kind="gas",
    ),
    Case(
        "gas: the fixed term",
        {"gas_distribution_fixed_amount": ("10.00", "12.00")},
        totals_follow(1, ATRD_TERME_FIXE=D("25.51"), MONTANT_CTA=D("6.31")),
        kind="gas",
    ),
    Case(
        "gas: the variable term",
        {"gas_distribution_energy_amount": ("10.00", "12.00")},
        totals_follow(1, ATRD_TERME_VARIABLE=D("95.62")),
        kind="gas",
    ),
    # 17,16 €/MWh, the rate of before 1 August: 121,63 − 109,368
    Case(
        "gas: the accise",
        {"gas_excise_amount": ("12.26", "14.71")},
        totals_follow(1, **{"MONTANT_TICGN_/_ACCISE_SUR_GAZ": D("121.63")}),
        kind="gas",
    ),
    Case("gas: the CTA", {"gas_cta_amount": ("5.00", "6.00")}, totals_follow(1, MONTANT_CTA=D("8.83")), kind="gas"),
    Case("gas: the normal VAT", {"normal_vat_amount": (None, "3.00")}, added(1, TVA_TN="3", TOTAL_TTC="3"), kind="gas"),
    Case("gas: the total to pay", {"invoice_total_mismatch": (None, "7.00")}, added(1, TOTAL_TTC="7"), kind="gas"),
)
