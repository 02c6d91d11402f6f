"""The tables of the letters. Rows beyond MOST_ROWS are summed in one: the workbook has them all, totals stay exact."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath

from energy_pipeline import french
from energy_pipeline.bill_checks.findings import shown
from energy_pipeline.claims.model import Column, Table
from energy_pipeline.claims.read import Claim
from energy_pipeline.claims.text import one_line

MOST_ROWS = 60
UNKNOWN_AMOUNT = "à chiffrer"
_EUROS = (Column("€ HT", "right", 1.5), Column("€ TTC", "right", 1.5))
_BILL = (Column("Facture", "left", 2.3), Column("Point de livraison", "left", 3.4), Column("Période", "left", 1.9))


def metered(claims: Sequence[Claim]) -> Table:
    """Return the table of the bills whose energy is above the complement."""
    columns = (
        *_BILL,
        Column("Facturé kWh", "right", 1.5),
        Column("Attendu kWh", "right", 1.5),
        Column("Excédent kWh", "right", 1.6),
        *_EUROS,
    )

    def cells(claim: Claim) -> tuple[str, ...]:
        energies = (claim.observed, claim.expected, claim.excess)
        return (*_bill(claim), *map(_tenths, energies), *_euros(claim))

    def summed(some: Sequence[Claim]) -> tuple[str, ...]:
        return ("", "", _tenths(sum(claim.excess or 0.0 for claim in some)), *_sums(some))

    return _table(columns, claims, cells, summed)


def other(claims: Sequence[Claim]) -> Table:
    """Return the table of the other faults of the bills."""
    columns = (
        *_BILL,
        Column("Erreur", "left", 3.2),
        Column("Facturé", "right", 1.6),
        Column("Attendu", "right", 1.6),
        *_EUROS,
    )

    def cells(claim: Claim) -> tuple[str, ...]:
        values = (
            french.DASH if value is None else shown(value, claim.unit) for value in (claim.observed, claim.expected)
        )
        return (*_bill(claim), french.typographic(claim.title), *values, *_euros(claim))

    return _table(columns, claims, cells, lambda some: ("", "", "", *_sums(some)))


def reminded(claims: Sequence[Claim], sent: Mapping[str, tuple[date, ...]]) -> Table:
    """Return the table of what a reminder asks for again; `sent`: by finding, the days on which it was asked."""
    columns = (*_BILL, Column("Erreur", "left", 3.2), Column("Réclamé le", "left", 1.7), *_EUROS)

    def cells(claim: Claim) -> tuple[str, ...]:
        days = "\n".join(french.short_day(day) for day in sent[claim.finding_id])
        return (*_bill(claim), french.typographic(claim.title), days, *_euros(claim))

    return _table(columns, claims if sent else (), cells, lambda some: ("", "", *_sums(some)))


def proofs(claims: Sequence[Claim]) -> Table:
    """Return the table of the files and lines behind each claim of a supplier's letter."""
    columns = (
        Column("Facture", "left", 2.0),
        Column("Point de livraison", "left", 2.2),
        Column("Export du fournisseur", "left", 4.0),
        Column("Publication d’Enedis", "left", 5.0),
    )
    rows = tuple(
        (
            _text(claim.invoice_number),
            _text(claim.prm),
            "\n".join(_place(proof) for proof in claim.proofs) or french.DASH,
            "\n".join(_name(path) for path in claim.curves) or french.DASH,
        )
        for claim in claims[:MOST_ROWS]
    )
    if len(claims) > MOST_ROWS:
        rows = (*rows, (f"… {len(claims) - MOST_ROWS} autres", "", "au classeur joint", ""))
    return Table(columns, rows)


@dataclass(frozen=True)
class Share:
    """What Enedis published of a participant's share, beside ours."""

    claim: Claim
    prm: str
    name: str | None
    role: str
    published_kwh: float
    expected_kwh: float
    amount_eur: Decimal | None
    file: str | None


def shares(claims: Sequence[Claim], names: Mapping[str, str]) -> list[Share]:
    """Return the participants of each split that differs.

    Euros are told for the periods that are to our loss only; they add up to the finding's, to the cent: what rounding
    each of them leaves goes to the largest.
    """
    told = []
    for claim in claims:
        rows = [proof for proof in claim.proofs if "prm" in proof]
        euros = _rounded_together(claim.amount_eur, [row.get("amount_eur") for row in rows])
        told += [
            Share(claim, row["prm"], names.get(row["prm"]), row["role"], row["published_kwh"], row["expected_kwh"],
                  amount, row.get("file"))
            for row, amount in zip(rows, euros, strict=True)
        ]  # fmt: skip
    return told


def _rounded_together(total: Decimal | None, parts: Sequence[float | None]) -> list[Decimal | None]:
    euros = [None if part is None else Decimal(str(part)) for part in parts]
    known = {position: value for position, value in enumerate(euros) if value is not None}
    if total is None or total <= 0 or not known:
        return [None] * len(euros)
    largest = max(known, key=lambda position: abs(known[position]))
    euros[largest] = known[largest] + total - sum(known.values(), Decimal(0))
    return euros


def split(parts: Sequence[Share]) -> Table:
    """Return the table of the participants whose published share differs."""
    columns = (
        Column("Période", "left", 1.9),
        Column("Participant", "left", 4.2),
        Column("Part publiée kWh", "right", 1.7),
        Column("Part recalculée kWh", "right", 1.8),
        Column("Écart kWh", "right", 1.6),
        Column("Préjudice € HT", "right", 1.8),
    )

    def cells(part: Share) -> tuple[str, ...]:
        role = "producteur" if part.role == "producer" else "consommateur"
        about = "\n".join(filter(None, (f"{part.prm}, {role}", _text(part.name, ""))))
        energies = (part.published_kwh, part.expected_kwh, part.expected_kwh - part.published_kwh)
        return (_dates(part.claim), about, *map(_tenths, energies), _cents(part.amount_eur, french.DASH))

    def summed(some: Sequence[Share]) -> tuple[str, ...]:
        consumers = [part for part in some if part.role == "consumer"]
        published = sum(part.published_kwh for part in consumers)
        expected = sum(part.expected_kwh for part in consumers)
        known = [part.amount_eur for part in consumers if part.amount_eur is not None]
        amount = _cents(sum(known, Decimal(0))) if known else french.DASH
        return (*map(_tenths, (published, expected, expected - published)), amount)

    rows = tuple(cells(part) for part in parts[:MOST_ROWS])
    if len(parts) > MOST_ROWS:
        rest = parts[MOST_ROWS:]
        rows = (*rows, (f"… {len(rest)} autres", "au classeur joint (consommateurs)", *summed(rest)))
    return Table(columns, rows, ("Total", "des consommateurs", *summed(parts)))


def split_proofs(parts: Sequence[Share]) -> Table:
    """Return the table of the published files of those participants."""
    columns = (Column("Participant", "left", 2.2), Column("Fichier publié", "left", 8.0))
    rows = [(part.prm, _name(part.file)) for part in parts if part.file]
    return Table(columns, tuple(dict.fromkeys(rows[:MOST_ROWS])))


def _table(
    columns: tuple[Column, ...],
    claims: Sequence[Claim],
    cells: Callable[[Claim], tuple[str, ...]],
    summed: Callable[[Sequence[Claim]], tuple[str, ...]],
) -> Table:
    rows = tuple(cells(claim) for claim in claims[:MOST_ROWS])
    if len(claims) > MOST_ROWS:
        rest = claims[MOST_ROWS:]
        rows = (*rows, (f"… {len(rest)} autres", "au classeur joint", "", *summed(rest)))
    return Table(columns, rows, ("Total", "", "", *summed(claims)))


def _bill(claim: Claim) -> tuple[str, str, str]:
    point = "\n".join(filter(None, (_text(claim.prm), _text(claim.site_name, ""))))
    return _text(claim.invoice_number), point, _dates(claim)


def _dates(claim: Claim) -> str:
    known = [french.short_day(value) for value in (claim.period_start, claim.period_end) if value]
    return "\n".join(known) or french.DASH


def _euros(claim: Claim) -> tuple[str, str]:
    # A wrong VAT alone has no amount without VAT, and is quantified all the same.
    without_vat = UNKNOWN_AMOUNT if claim.amount_ttc_eur is None else french.DASH
    return _cents(claim.amount_eur, without_vat), _cents(claim.amount_ttc_eur)


def _cents(value: Decimal | None, unknown: str = UNKNOWN_AMOUNT) -> str:
    return unknown if value is None else french.number(value, 2)


def _tenths(kwh: float | None) -> str:
    return french.number(kwh, 1)


def _sums(claims: Sequence[Claim]) -> tuple[str, str]:
    return tuple(_cents(total) for total in totals(claims))  # type: ignore[return-value]


def totals(claims: Sequence[Claim]) -> tuple[Decimal, Decimal]:
    """Return the euros of the claims, without and with VAT."""
    return (
        sum((claim.amount_eur for claim in claims if claim.amount_eur is not None), Decimal(0)),
        sum((claim.amount_ttc_eur for claim in claims if claim.amount_ttc_eur is not None), Decimal(0)),
    )


def _text(value: str | None, unknown: str = french.DASH) -> str:
    return str(one_line(value)) if value else unknown


def _place(proof: Mapping[str, object]) -> str:
    line = f", ligne {proof['line']}" if proof.get("line") else ""
    return f"{_name(str(proof.get('file') or french.DASH))}{line}"


def _name(path: str | None) -> str:
    """Return the name of a file, out of its folders and of the archive that holds it."""
    return _text(PurePosixPath((path or french.DASH).replace("!", "/")).name)
