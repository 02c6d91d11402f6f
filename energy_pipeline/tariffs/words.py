"""Rates in French: their names, their variants, and their values in the unit in which they are read."""

from decimal import Decimal

from energy_pipeline.tariffs.lookup import LABELS

UNITS = {
    "EUR/kWh": "€/kWh",
    "EUR/year": "€/an",
    "EUR/kVA/year": "€/kVA/an",
    "EUR/h": "€/h",
    "1": "%",
}
CONFIDENCES = {
    "A": "la loi, le régulateur, ou deux sources qui concordent",
    "B": "une source sérieuse",
    "C": "une source faible",
}
"""What the letter of a rate is worth; a doubtful one has none."""
VARIANTS = {
    "household": "ménages",
    "sme": "PME",
    "high_power": "haute puissance",
    "distribution": "distribution",
    "transport": "transport",
    "normal": "taux normal",
    "reduced": "taux réduit",
    "complement": "complément",
    "self": "autoconsommé",
}
"""The words of a variant that are not those of the published grids (C5, CU4, HPH…), which stay as they are."""


def name(rate: str) -> str:
    """Return what a rate is called, then the word that `--rate` takes: `accise sur l'électricité (excise)`."""
    return f"{LABELS[rate]} ({rate})" if rate in LABELS else rate


def variant(written: str) -> str:
    """Return a variant word by word: `C5/CU4_ACC/self/HPH` is `C5 CU4 ACC autoconsommé HPH`."""
    grid = written.replace("_ACC", " ACC") if written.startswith("C") else written
    return " ".join(VARIANTS.get(word, word) for word in grid.split("/"))


def value(number: Decimal, unit: str) -> str:
    """Return a value with the decimal comma; a fraction in percent."""
    shown = number * 100 if unit == "1" else number
    return f"{shown.normalize():f}".replace(".", ",").replace("-", "−")
