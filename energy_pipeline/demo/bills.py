"""The supplier's invoices: right ones, and those that the pipeline must catch."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from energy_pipeline.demo import rates
from energy_pipeline.demo.calendar import add_months, month_end
from energy_pipeline.demo.direct_view import OPTIONS, SUPPLIER, Row, postal
from energy_pipeline.demo.loads import PROFILES
from energy_pipeline.demo.model import Anomaly, Operation, Site
from energy_pipeline.demo.simulate import Flows, kwh, slot_kwh, truncated
from energy_pipeline.demo.world import prm

OVER_BILLED_KWH = 150
CREDITED_KWH = 80
TOTAL_ERROR = Decimal("12.34")
ESTIMATE_FACTOR = 1.18

ENERGY_AMOUNTS = ("MONTANT CONSO", "MONTANT GO", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT CAPACITE")
"""What a kWh billed costs before taxes; the accise stands apart, its base is contested."""
BEFORE_TAX = ("MONTANT ABO", *ENERGY_AMOUNTS, "MONTANT ARENH", "MONTANT AUTRES", "SOUTIRAGE RTE",
              "MONTANT ACHEMINEMENT FIXE", "MONTANT ACHEMINEMENT VARIABLE")  # fmt: skip
TAXES = ("MONTANT CSPE", "MONTANT CTA", "MONTANT TCCFE", "MONTANT TDCFE", "MONTANT TCFE")
_SIGNED = (
    *BEFORE_TAX, *TAXES, "MONTANT HTT", "TOTAL HORS TVA", "ASSIETTE TVA TR", "TVA TR", "ASSIETTE TVA TN", "TVA TN",
    "TOTAL TTC", "TOTAL CONSO KWH", "CONSO BASE/HP/HPH", "CONSO HC/HCH", "CONSO HPE", "CONSO HCE",
)  # fmt: skip

_FIRST_INDEXES = (21840, 9120)
_REGISTERS = {
    "BASE": "CONSO BASE/HP/HPH", "HP": "CONSO BASE/HP/HPH", "HPH": "CONSO BASE/HP/HPH", "HC": "CONSO HC/HCH",
    "HCH": "CONSO HC/HCH", "HPB": "CONSO HPE", "HCB": "CONSO HCE",
}  # fmt: skip


def cents(value: float | Decimal) -> Decimal:
    """Return an amount rounded to the cent, halves upwards."""
    return Decimal(repr(value) if isinstance(value, float) else value).quantize(Decimal("0.01"), ROUND_HALF_UP)


def whole(value: float) -> int:
    """Return kWh rounded to the unit, halves upwards, as a register is billed."""
    return int(np.floor(value + 0.5))


@dataclass(frozen=True)
class Reading:
    """What is billed of a site in a month: whole kWh per slot, and the kWh drawn, on which the network is paid."""

    sold: dict[str, int]
    drawn: dict[str, float]
    kind: str = "Relevé normal"
    indexes: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """Where a row stands: invoice, detail, and the grouping of the invoice."""

    number: str
    detail: int
    grouping: tuple[str, str]
    day: date


def total(row: Row, names: tuple[str, ...]) -> Decimal:
    """Return the sum of the amounts `names` of a row."""
    return sum((Decimal(str(row.get(name) or 0)) for name in names), Decimal(0))


def bill(acc: Operation, site: Site, month: date, reading: Reading, document: Document) -> Row:
    """Return a row of the export: consumption of `month` in arrears, fixed parts of the month after in advance."""
    last = month_end(month)
    ahead, ahead_end = add_months(month, 1), month_end(add_months(month, 1))
    sold = sum(reading.sold.values())
    street, code, city = postal(site)
    serial = site.prm[5:]
    fixed = cents(rates.fixed_grid(site.segment, site.tariff, site.kva, ahead, ahead_end))
    registers: dict[str, int] = {}
    for slot, value in reading.sold.items():
        registers[_REGISTERS[slot]] = registers.get(_REGISTERS[slot], 0) + value
    row: Row = {
        "NUM BP GROUPE": f"7{acc.index + 1:07d}", "NOM BP GROUPE": acc.organiser.upper(),
        "NUM BP ENSEIGNE": f"7{acc.index + 1:07d}01", "NOM BP ENSEIGNE": acc.organiser.upper(),
        "REF REGROUPEMENT": document.grouping[0], "LIB REGROUPEMENT": document.grouping[1], "SIRET CHORUS": acc.siret,
        "CODE SERVICE": "FINANCES", "CODE ENGAGEMENT": f"E{month:%Y}-{acc.index + 1:04d}",
        "NUM FACTURE": document.number, "DATE COMPTABLE": document.day,
        "DATE D'ECHEANCE": document.day + timedelta(days=30), "ID DETAIL": f"{document.detail:04d}",
        "TYPE DETAIL": "FACTURE", "REF SITE": f"S{serial}", "NOM SITE": site.name, "CODE INTERNE": f"BAT-{serial[-3:]}",
        "PDL/PRM": site.prm, "ADRESSE": street, "CODE POSTAL": code, "VILLE": city,
        "TYPE DE COMPTEUR": "Linky" if site.segment == "C5" else "PME-PMI", "NUM COMPTEUR": f"04{serial}",
        "SEGMENT": site.segment, "RACCORDEMENT": "BT < 36 kVA" if site.segment == "C5" else "BT > 36 kVA",
        "OPTION TARIFAIRE": OPTIONS[site.calendar], "TARIF": "Offre Collectivités prix fixe",
        "PUISSANCE SOUSCRITE": site.kva, "DEBUT ABO": ahead, "FIN ABO": ahead_end,
        "MONTANT ABO": cents(rates.SUBSCRIPTION_A_MONTH[site.segment]), "DEBUT CONSO ET ACH. VAR.": month,
        "FIN CONSO ET ACH. VAR.": last,
        "MONTANT CONSO": cents(sum(rates.EURO_PER_KWH[slot] * value for slot, value in reading.sold.items())),
        "MONTANT GO": cents(sold * rates.GUARANTEE_OF_ORIGIN), "MONTANT CEE": cents(sold * rates.CEE_KWH * rates.CEE),
        "MONTANT CEE PRECARITE": cents(sold * rates.CEE_KWH * rates.CEE_PRECARITY * rates.CEE),
        "MONTANT ARENH": Decimal(0), "MONTANT CAPACITE": cents(sold * rates.CAPACITY), "MONTANT AUTRES": Decimal(0),
        "SOUTIRAGE RTE": Decimal(0), "DEBUT ACH. FIXE": ahead, "FIN ACH. FIXE": ahead_end,
        "MONTANT ACHEMINEMENT FIXE": fixed,
        "MONTANT ACHEMINEMENT VARIABLE": cents(rates.variable_grid(site.tariff, reading.drawn, month)),
        "MONTANT CSPE": cents(sold * rates.excise(month)), "MONTANT CTA": cents(float(fixed) * rates.cta(ahead)),
        "MONTANT TCCFE": Decimal(0), "MONTANT TDCFE": Decimal(0), "MONTANT TCFE": Decimal(0), "TOTAL CONSO KWH": sold,
        "CONSO BASE/HP/HPH": 0, "DERNIERE RELEVE REELLE": last if reading.kind != "Estimé" else month - timedelta(1),
        "TYPE RELEVE": reading.kind, "DATE THEORIQUE RELEVE": last, **registers, **reading.indexes,
    }  # fmt: skip
    return totalled(row, site.segment, ahead)


def totalled(row: Row, segment: str, fixed_start: date, error: Decimal = Decimal(0)) -> Row:
    """Return `row` with its totals; `error` is added to the total before VAT, and taxed."""
    before = total(row, BEFORE_TAX)
    without_vat = before + total(row, TAXES) + error
    reduced = Decimal(0)
    if rates.is_reduced_vat(segment, fixed_start):
        reduced = total(row, ("MONTANT ABO", "MONTANT ACHEMINEMENT FIXE", "MONTANT CTA"))
    vat_reduced, vat = cents(reduced * rates.VAT_REDUCED), cents((without_vat - reduced) * rates.VAT_NORMAL)
    return row | {
        "MONTANT HTT": before, "TOTAL HORS TVA": without_vat, "ASSIETTE TVA TR": reduced, "TVA TR": vat_reduced,
        "ASSIETTE TVA TN": without_vat - reduced, "TVA TN": vat, "TOTAL TTC": without_vat + vat_reduced + vat,
    }  # fmt: skip


def credit(row: Row, number: str, day: date) -> Row:
    """Return the AVOIR that cancels `row`: the same dates, every amount and every kWh negative."""
    negative = {name: -row[name] for name in _SIGNED if row.get(name)}  # type: ignore[operator]
    return row | negative | {
        "NUM FACTURE": number, "TYPE DETAIL": "AVOIR", "REF ORIGINE": row["NUM FACTURE"], "DATE COMPTABLE": day,
        "DATE D'ECHEANCE": day, "ID DETAIL": "0001",
    }  # fmt: skip


def excess_value(row: Row, expected_kwh: float) -> tuple[Decimal, Decimal]:
    """Return the euros, without and with VAT, of what `row` bills beyond `expected_kwh`."""
    billed = Decimal(str(row["TOTAL CONSO KWH"]))
    price = total(row, ENERGY_AMOUNTS) / billed
    amount = (billed - Decimal(repr(expected_kwh))) * price
    return cents(amount), cents(amount * (1 + rates.VAT_NORMAL))


def _reading(site: Site, drawn: dict[str, float], sold: dict[str, float]) -> Reading:
    return Reading({slot: whole(value) for slot, value in sold.items()}, drawn)


def _outsider(site: Site, month: date) -> Reading:
    """Return the reading of a building outside the operation: its share of the year."""
    days = (month_end(month) - month).days + 1
    profile = PROFILES[site.profile]
    season = 1 + profile.heating * float(np.cos(2 * np.pi * (month.timetuple().tm_yday - 5) / 365.25))
    energy = site.annual_kwh * days / 365 * season
    parts = {"BASE": {"BASE": 1.0}, "HPHC": {"HP": 0.68, "HC": 0.32}}[site.calendar]
    drawn = {slot: energy * part for slot, part in parts.items()}
    return _reading(site, drawn, drawn)


def slot_kwh_of_month(flows: Flows, site: Site, consumer: int, month: date) -> dict[str, float]:
    """Return the complement of a consumer in each of its slots over the calendar month `month`."""
    last = month_end(month)
    return slot_kwh(site, flows.complement[consumer, flows.clock.span(month, last)], month, last)


def _estimate(sold: dict[str, int]) -> dict[str, int]:
    return {slot: whole(value * ESTIMATE_FACTOR) for slot, value in sold.items()}


def _settled(reading: Reading, before: dict[str, float]) -> Reading:
    """Return `reading` less what the estimated bill of the month before sold beyond the complement `before`."""
    right = {slot: whole(value) for slot, value in before.items()}
    guessed = _estimate(right)
    return replace(reading, sold={slot: value + right[slot] - guessed[slot] for slot, value in reading.sold.items()})


def _indexes(site: Site, flows: Flows, consumer: int, month: date) -> Row:
    """Return the readings of a C5 meter at both ends of the month: what was drawn, shared or not."""
    if site.segment != "C5":
        return {}
    start = flows.clock.start
    before: dict[str, float] = {}
    if month > start:
        eve = month - timedelta(days=1)
        before = slot_kwh(site, flows.consumption[consumer, flows.clock.span(start, eve)], start, eve)
    since = slot_kwh(site, flows.consumption[consumer, flows.clock.span(start, month_end(month))], start,
                     month_end(month))  # fmt: skip
    row: Row = {}
    for n, (slot, later) in enumerate(since.items()):
        first, last = _FIRST_INDEXES[n] + int(before.get(slot, 0.0)), _FIRST_INDEXES[n] + int(later)
        register = ("BASE/HP/HPH", "HC/HCH")[n]
        row |= {f"RELEVE FACTUREE_DEBUT {register}": first, f"INDEX REEL {register}": last}
        if slot == "BASE":
            row["RELEVE FACTUREE_FIN BASE"] = last
    return row


@dataclass(frozen=True, eq=False)
class Month:
    """A month of an operation's bills: rows of this month's export, rows of the next one, and what is wrong."""

    rows: list[Row]
    later: list[Row]
    anomalies: list[Anomaly]


GROUPED = ("R01", "Bâtiments publics")
_ALONE = {
    "street_lighting": ("R02", "Éclairage public"), "pumping": ("R03", "Eau potable"),
    "treatment_plant": ("R04", "Assainissement"), "gymnasium": ("R05", "Équipements sportifs"),
    "retirement_home": ("R06", "Résidences"),
}  # fmt: skip


def month_of_bills(acc: Operation, flows: Flows, first: date, number: int) -> Month:
    """Return the bills of the month `number` of an operation: one grouped invoice, and one per larger site."""
    month = add_months(first, number)
    last = month_end(month)
    day = last + timedelta(days=4)
    stem = f"1{acc.index + 1:04d}{month:%y%m}"
    out = Month([], [], [])
    details = 0
    alone = 0
    span = flows.clock.span(month, last)
    for n, site in enumerate((*acc.consumers, *acc.others)):
        if not site.is_public:
            continue
        is_participant = n < len(acc.consumers)
        if site.profile in _ALONE and is_participant:
            alone += 1
            document = Document(f"{stem}{100 + alone:03d}", 1, _ALONE[site.profile], day)
        else:
            details += 1
            document = Document(f"{stem}001", details, GROUPED, day)
        if not is_participant:
            out.rows.append(bill(acc, site, month, _outsider(site, month), document))
            continue
        drawn = slot_kwh(site, flows.consumption[n, span], month, last)
        sold = slot_kwh_of_month(flows, site, n, month)
        reading = replace(_reading(site, drawn, sold), indexes=_indexes(site, flows, n, month))
        if acc.faults.estimated == (number - 1, n):
            reading = _settled(reading, slot_kwh_of_month(flows, site, n, add_months(first, number - 1)))
        published = kwh(truncated(flows.complement[n, span]))
        _bill_participant(
            out, acc, (number, n), month=month, reading=reading, document=document, published_kwh=published
        )
    if acc.faults.unknown_site == number:
        _bill_unknown(out, acc, month, Document(f"{stem}900", 1, ("R09", "Divers"), day))
    return out


def _more(reading: Reading, kwh_more: int) -> Reading:
    """Return `reading` with more kWh sold, on its largest register."""
    largest = max(reading.sold, key=lambda slot: reading.sold[slot])
    return replace(reading, sold=reading.sold | {largest: reading.sold[largest] + kwh_more})


def _bill_participant(
    out: Month,
    acc: Operation,
    case: tuple[int, int],
    *,
    month: date,
    reading: Reading,
    document: Document,
    published_kwh: float,
) -> None:
    """Bill a participant, with the errors sown for this `case` (month, consumer)."""
    faults, site = acc.faults, acc.consumers[case[1]]
    found = Anomaly("", operation_id=acc.operation_id, prm=site.prm, period_start=month, period_end=month_end(month),
                    supplier=SUPPLIER, invoice_number=document.number)  # fmt: skip
    right = bill(acc, site, month, reading, document)
    row = right
    if case in faults.not_deducted:
        whole_drawn = {slot: whole(value) for slot, value in reading.drawn.items()}
        row = bill(acc, site, month, replace(reading, sold=whole_drawn), document)
        _note(out, found, "self_consumption_not_deducted", excess_value(row, published_kwh),
              "La consommation physique est facturée : l'autoconsommation n'est pas déduite")  # fmt: skip
    elif case == faults.over_billed:
        row = bill(acc, site, month, _more(reading, OVER_BILLED_KWH), document)
        _note(out, found, "over_billed", excess_value(row, published_kwh), "150 kWh facturés de trop")
    elif case == faults.estimated:
        estimated = replace(reading, sold=_estimate(reading.sold), kind="Estimé", indexes={})
        row = bill(acc, site, month, estimated, document)
    elif case == faults.credited:
        row = bill(acc, site, month, _more(reading, CREDITED_KWH), document)
        later = month_end(add_months(month, 1)) + timedelta(days=4)
        out.later.append(credit(row, document.number[:-3] + "801", later))
        again = replace(document, number=document.number[:-3] + "802", day=later)
        out.later.append(bill(acc, site, month, reading, again))
    elif case == faults.total_mismatch:
        row = totalled(right, site.segment, add_months(month, 1), TOTAL_ERROR)
        _note(out, found, "invoice_total_mismatch", (TOTAL_ERROR, cents(TOTAL_ERROR * (1 + rates.VAT_NORMAL))),
              "TOTAL HORS TVA trop élevé de 12,34 €")  # fmt: skip
    out.rows.append(row)


def _note(out: Month, found: Anomaly, name: str, amounts: tuple[Decimal, Decimal], text: str) -> None:
    out.anomalies.append(replace(found, check_name=name, amount_eur=str(amounts[0]), amount_ttc_eur=str(amounts[1]),
                                 description=text))  # fmt: skip


def _bill_unknown(out: Month, acc: Operation, month: date, document: Document) -> None:
    """Bill a site that is in no list and in no perimeter."""
    model = acc.others[0]
    stranger = replace(model, prm=prm(0, 99999), name="Local commercial", annual_kwh=6200.0)
    out.rows.append(bill(acc, stranger, month, _outsider(stranger, month), document))
    out.anomalies.append(
        Anomaly("site_unknown", prm=stranger.prm, period_start=month, period_end=month_end(month), supplier=SUPPLIER,
                invoice_number=document.number, description="Ce PRM n'est ni dans la liste des sites ni participant")
    )  # fmt: skip
