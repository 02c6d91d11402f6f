"""Prices of the demo's supplier, and the regulated rates that a bill of 2025 or 2026 carries.

TURPE: CRE, C5 of 1 November 2024, 1 February and 1 August 2025, C4 of 1 August 2025. Accise: CIBS L312-24, households
and the like. CTA: orders of 20 July 2021 and 28 January 2026. VAT: loi de finances 2025, article 20. Gas: ATRD7 of
GRDF, CRE 2025-122.
"""

from datetime import date
from decimal import Decimal

TURPE_7 = date(2025, 8, 1)

EURO_PER_KWH = {
    "BASE": 0.0968, "HP": 0.1047, "HC": 0.0829, "HPH": 0.1246, "HCH": 0.0912, "HPB": 0.0781, "HCB": 0.0604,
}  # fmt: skip
CAPACITY = 0.00421
GUARANTEE_OF_ORIGIN = 0.00115
CEE = 0.0087
CEE_KWH, CEE_PRECARITY = 0.463, 0.333
"""Coefficients: certificates due per kWh sold, and the part of households in need beside."""
SUBSCRIPTION_A_MONTH = {"C5": 5.0, "C4": 14.5}

_NOVEMBER, _FEBRUARY = date(2024, 11, 1), date(2025, 2, 1)
_MANAGEMENT = {
    "C5": ((_NOVEMBER, 16.20, 20.88), (_FEBRUARY, 16.92, 22.44), (TURPE_7, 16.80, 22.00)),
    "C4": ((TURPE_7, 217.80, 283.27),),
}
_POWER = {
    "CUST": ((_NOVEMBER, 10.44), (_FEBRUARY, 11.28), (TURPE_7, 11.07)),
    "MUDT": ((_NOVEMBER, 12.72), (_FEBRUARY, 13.80), (TURPE_7, 13.49)),
    "LU": ((_NOVEMBER, 84.96), (_FEBRUARY, 91.44), (TURPE_7, 93.13)),
    "BTSUPCU": ((TURPE_7, 17.61),),
}
_ENERGY = {
    "CUST": ((_NOVEMBER, {"BASE": 4.58}), (_FEBRUARY, {"BASE": 4.93}), (TURPE_7, {"BASE": 4.84})),
    "MUDT": (
        (_NOVEMBER, {"HP": 4.68, "HC": 3.31}),
        (_FEBRUARY, {"HP": 5.04, "HC": 3.57}),
        (TURPE_7, {"HP": 4.94, "HC": 3.50}),
    ),
    "LU": ((_NOVEMBER, {"BASE": 1.15}), (_FEBRUARY, {"BASE": 1.24}), (TURPE_7, {"BASE": 1.25})),
    "BTSUPCU": ((TURPE_7, {"HPH": 6.91, "HCH": 4.21, "HPB": 2.13, "HCB": 1.52}),),
}
_EXCISE = (
    (date(2024, 2, 1), 21.00), (_FEBRUARY, 33.70), (TURPE_7, 29.98), (date(2026, 2, 1), 30.85),
    (date(2026, 8, 1), 30.62),
)  # fmt: skip
_CTA = ((date(2021, 8, 1), 0.2193), (date(2026, 2, 1), 0.15))

GAS_PRICE = Decimal("0.03212")
GAS_CTA = Decimal("0.20800") + Decimal("0.0471") * Decimal("0.8321")
"""On distribution, and on transport by its coefficient of July 2025."""
_GAS_FIXED = {"T1": ((date(2025, 7, 1), "54.72"),), "T2": ((date(2025, 7, 1), "186.12"),)}
_GAS_VARIABLE = {"T1": ((date(2025, 7, 1), "44.94"),), "T2": ((date(2025, 7, 1), "12.08"),)}
_GAS_EXCISE = (
    (date(2024, 1, 1), "16.37"), (date(2025, 1, 1), "17.16"), (TURPE_7, "15.43"), (date(2026, 2, 1), "16.39"),
    (date(2026, 8, 1), "16.66"),
)  # fmt: skip


def _known(table: tuple[tuple, ...], day: date) -> tuple:
    """Return the row in force on `day`, or the first: no table of the C4 is known before August 2025."""
    rows = [row for row in table if row[0] <= day]
    return rows[-1] if rows else table[0]


def fixed_grid(segment: str, tariff: str, kva: int, start: date, end: date) -> float:
    """Return the fixed part of the TURPE in euros: management, metering and power, by days over 365."""
    _, management, metering = _known(_MANAGEMENT[segment], start)
    yearly = management + metering + _known(_POWER[tariff], start)[1] * kva
    return yearly * ((end - start).days + 1) / 365


def variable_grid(tariff: str, kwh: dict[str, float], start: date) -> float:
    """Return the variable part of the TURPE in euros, due on what was physically drawn (convention §6)."""
    cents = _known(_ENERGY[tariff], start)[1]
    return sum(cents[slot] * value for slot, value in kwh.items()) / 100


def excise(start: date) -> float:
    """Return the accise in €/kWh for a consumption that starts on `start`."""
    return _known(_EXCISE, start)[1] / 1000


def cta(start: date) -> float:
    """Return the CTA as a part of the fixed TURPE of a period that starts on `start`."""
    return _known(_CTA, start)[1]


def gas_fixed(tariff: str, start: date) -> Decimal:
    """Return the fixed term of the ATRD in euros a year."""
    return Decimal(_known(_GAS_FIXED[tariff], start)[1])


def gas_variable(tariff: str, start: date) -> Decimal:
    """Return the variable term of the ATRD in €/kWh."""
    return Decimal(_known(_GAS_VARIABLE[tariff], start)[1]) / 1000


def gas_excise(start: date) -> Decimal:
    """Return the accise on gas in €/kWh for a consumption that starts on `start`."""
    return Decimal(_known(_GAS_EXCISE, start)[1]) / 1000


def is_reduced_vat(segment: str, start: date) -> bool:
    """Tell whether a subscription that starts on `start` still bears 5.5 % (≤ 36 kVA, before 1 August 2025)."""
    return segment == "C5" and start < date(2025, 8, 1)


VAT_NORMAL, VAT_REDUCED = Decimal("0.20"), Decimal("0.055")
