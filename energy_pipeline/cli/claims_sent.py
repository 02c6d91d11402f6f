"""What the command `claims` says and notes of the letters already sent."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rich.table import Column, Table

from energy_pipeline import french, warehouse
from energy_pipeline.cli.console import console
from energy_pipeline.settings import Home

if TYPE_CHECKING:
    from energy_pipeline.claims import Claim, Euros, Followed

MOST_LINES = 30


def show(followed: Sequence["Followed"], today: date) -> None:
    """Print what became of what was sent: by letter, then what was settled, what vanished, what is to be matched."""
    if not followed:
        return
    console.print("\nDéjà réclamé", style="bold")
    console.print(_table(followed, today))
    _list("Réglé", [(one, one.settled, one.why) for one in followed if one.is_settled])
    _list(
        "Inexpliqué : ne figure plus aux constats, ou pour moins, sans avoir ni régularisation connus ; à vérifier",
        [(one, one.vanished, one.why) for one in followed if one.is_unexplained],
    )
    _list(
        "Encore dû malgré un avoir ou une régularisation : à rapprocher avant de relancer",
        [(one, one.due, one.to_match) for one in followed if one.to_match],
    )


def show_what_next(is_any_new: bool, followed: Sequence["Followed"]) -> None:
    """Print how to write the letters, and how to note that they left."""
    if is_any_new:
        console.print("Pour écrire les lettres : --out DOSSIER ; une fois parties, le noter : --sent AAAA-MM-JJ.")
    if any(one.claim for one in followed):
        console.print("Pour relancer ce qui reste dû : --again --out DOSSIER.")


def note(home: Path, day: date, left: Sequence["Claim | Followed"]) -> None:
    """Note what left on a day: claims for the first time, or reminders of what is still due."""
    from dataclasses import replace

    from energy_pipeline.claims import SENT, Followed, known_corrections, noted, record

    reminded = [
        replace(one.first, sent_on=day, amount_eur=one.claim.amount_eur, amount_ttc_eur=one.claim.amount_ttc_eur)
        for one in left
        if isinstance(one, Followed) and one.claim
    ]
    claims = [cast("Claim", one) for one in left if not isinstance(one, Followed)]
    with warehouse.connect(Home(home).publication, read_only=True) as connection:
        corrections = known_corrections(connection, claims)
    rows = [noted(claim, day, known) for claim, known in zip(claims, corrections, strict=True)]
    count = record(home, [*reminded, *rows])
    if not count:
        console.print("Rien de nouveau à noter.")
        return
    told = f"{french.plural(count, 'constat')}, lettres parties le {french.day(day)}"
    console.print(f"Noté dans {home / SENT} : {told}.", markup=False, soft_wrap=True)


def _table(followed: Sequence["Followed"], today: date) -> Table:
    groups: dict[tuple[date, str, str], list[Followed]] = {}
    for one in followed:
        key = (one.dates[0], one.first.supplier or "Enedis", one.first.operation_id or "hors opération")
        groups.setdefault(key, []).append(one)
    figures = ("Réclamé €", "Réglé €", "Inexpliqué €", "Reste dû €")
    right = [Column(name, justify="right", no_wrap=True) for name in figures]
    table = Table("Lettre du", "Destinataire", *right, box=None, pad_edge=False)
    for (day, addressee, operation), some in groups.items():
        reminders = sorted({later for one in some for later in one.dates[1:]})
        waited = [french.plural(max((today - day).days, 0), "jour")] if any(one.claim for one in some) else []
        letters = [french.short_day(day), *waited, *(f"relance\n{french.short_day(later)}" for later in reminders)]
        whom = [addressee, operation, french.plural(len(some), "constat")]
        table.add_row("\n".join(letters), "\n".join(whom), *_figures(some))
    # A loss caused by Enedis has no VAT: a total of both parties says none.
    has_vat = all(one.first.party == "supplier" for one in followed)
    total = _figures(followed, has_vat=has_vat)
    table.add_row("Total", french.plural(len(followed), "constat"), *total, style="bold")
    return table


def _figures(some: Sequence["Followed"], *, has_vat: bool = True) -> list[str]:
    """Return what was asked, settled, is not explained and is still due, each without VAT and with it."""
    sums = [
        _sum(one.asked for one in some),
        _sum(one.settled for one in some),
        _sum(one.vanished for one in some),
        _sum(one.due for one in some),
    ]
    return ["\n".join(_parts(total, unit="", has_vat=has_vat)) for total in sums]


def _sum(amounts: Iterable["Euros"]) -> "Euros":
    from energy_pipeline.claims import Euros

    return sum(amounts, Euros())


def _parts(amount: "Euros", *, unit: str = "€ ", has_vat: bool = True) -> list[str]:
    """Return the euros as told: without VAT, and with it where it is known."""
    amounts = ((amount.ht, "HT"), *([(amount.ttc, "TTC")] if has_vat else []))
    shown = [f"{french.number(value, 2)}{french.NBSP}{unit}{what}" for value, what in amounts if value]
    return shown or [french.DASH]


def _list(title: str, lines: Sequence[tuple["Followed", "Euros", str]]) -> None:
    if not lines:
        return
    console.print(f"{title} :", soft_wrap=True)
    for one, amount, why in lines[:MOST_LINES]:
        first = one.first
        since = f"{first.operation_id}, période du {french.short_day(first.period_start)}, "
        bill = f"facture {first.invoice_number}, " if first.invoice_number else since
        point = f"point {first.prm}, " if first.prm else ""
        console.print(f"  {bill}{point}{' – '.join(_parts(amount))} : {why}.", markup=False, soft_wrap=True)
    if len(lines) > MOST_LINES:
        console.print(f"  … et {len(lines) - MOST_LINES} autres.")
