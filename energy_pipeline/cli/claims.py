"""Command `claims`: what can be claimed, from whom; the letters and the workbooks to attach; what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

from energy_pipeline import warehouse
from energy_pipeline.cli import claims_sent
from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail, month_option
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import Home

if TYPE_CHECKING:
    from energy_pipeline.claims import Claim, Selection, Written

MOST_REASONS = 5


class Party(StrEnum):
    """From whom."""

    SUPPLIER = "supplier"
    ENEDIS = "enedis"


def claims(
    home: HomeOption,
    operation: Annotated[
        list[str] | None, typer.Option(help="Cette opération seulement ; l'option peut être répétée.")
    ] = None,
    supplier: Annotated[
        str | None, typer.Option(help="Ce fournisseur seulement, nommé comme sur ses factures.")
    ] = None,
    month: Annotated[str | None, typer.Option(help="Ce mois seulement, AAAA-MM.")] = None,
    year: Annotated[int | None, typer.Option(help="Cette année seulement.", min=2000, max=2100)] = None,
    party: Annotated[Party | None, typer.Option(help="Les fournisseurs seulement, ou Enedis seulement.")] = None,
    out: Annotated[Path | None, typer.Option(help="Écrire les lettres dans ce dossier.", file_okay=False)] = None,
    letters_on: Annotated[
        str | None, typer.Option("--date", help="Date des lettres, AAAA-MM-JJ ; à défaut, aujourd'hui.")
    ] = None,
    contest_default_keys: Annotated[
        bool,
        typer.Option(
            "--contest-default-keys",
            help="Contester aussi les clés par défaut : Enedis n'a pas pu recevoir les nôtres (convention, 4.4.3).",
        ),
    ] = False,
    sent: Annotated[
        str | None,
        typer.Option(
            help="Noter dans claims_sent.csv que ces lettres, ou avec --again ces relances, sont parties : AAAA-MM-JJ.",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Relancer : avec --out, les lettres de ce qui est déjà réclamé et reste dû.")
    ] = False,
) -> None:
    """List what can be claimed and what became of what was; with --out, write each letter (.docx, PDF) and its workbook
    (.xlsx); with --sent, note that the letters left.
    """
    from energy_pipeline.claims import (
        ADDRESSEES,
        AddresseesError,
        Selection,
        SentError,
        follow,
        read,
        read_addressees,
        read_sent,
        write_claims,
    )

    first, last = _months(month, year)
    today = datetime.now(PARIS).date()
    day = day_option(letters_on) if letters_on else today
    left_on = day_option(sent) if sent else None
    if left_on and left_on > today:
        raise typer.BadParameter(f"« {sent} » : ce jour est à venir ; noter l'envoi une fois les lettres parties.")
    publication = Home(home).publication
    with clear_errors(AddresseesError, SentError):
        named = _known_names(publication, operation or [], supplier)
        selection = Selection(tuple(operation) if operation else None, named, party, first, last)
        before = read_sent(home)
        followed = follow(publication, before, selection)
        known = {one.claim.finding_id for one in followed if one.claim}
        new = [claim for claim in read(publication, selection).claims if claim.finding_id not in known]
        _show(publication, selection, new)
        claims_sent.show(followed, day)
        if out is None and left_on is None:
            claims_sent.show_what_next(bool(new), followed)
            return
        if out is not None:
            written = write_claims(
                publication,
                out,
                selection,
                day=day,
                contest_default_keys=contest_default_keys,
                addressees=read_addressees(home / ADDRESSEES),
                sent=before,
                again=again,
            )
            if not written:
                console.print("Aucune lettre à écrire.")
            for letter in written:
                _show_written(letter)
            if written and left_on is None:
                console.print(f"Une fois parties, le noter : {'--again ' if again else ''}--sent AAAA-MM-JJ.")
        if left_on is not None:
            claims_sent.note(home, left_on, followed if again else new)


def _months(month: str | None, year: int | None) -> tuple[date | None, date | None]:
    if month and year:
        raise typer.BadParameter("--month et --year s'excluent.")
    if month:
        return (first := month_option(month)), first
    return (date(year, 1, 1), date(year, 12, 1)) if year else (None, None)


def _known_names(publication: Path, operations: list[str], supplier: str | None) -> str | None:
    """Return the supplier as its bills name it, whatever the case; fail when it or an operation is not known."""
    with warehouse.connect(publication, read_only=True) as connection:
        known = warehouse.run(connection, "claims/operations")["operation_id"].to_list()
        suppliers = warehouse.run(connection, "claims/suppliers")["supplier"].to_list()
    if unknown := sorted(set(operations) - set(known)):
        raise fail(f"Opération inconnue : {', '.join(unknown)}. Connues : {', '.join(known) or 'aucune'}.")
    if supplier is None:
        return None
    found = next((name for name in suppliers if name.casefold() == supplier.casefold()), None)
    if found is None:
        raise fail(f"Fournisseur inconnu : {supplier}. Connus : {', '.join(suppliers) or 'aucun'}.")
    return found


def _show(publication: Path, selection: "Selection", claims: Sequence["Claim"]) -> None:
    """Print what can be claimed and what is in the way. `claims`: what no letter claimed yet."""
    with warehouse.connect(publication, read_only=True) as connection:
        reviewed = warehouse.run(connection, "claims/to_review", **selection.parameters("supplier", "party"))
        prices = warehouse.run(connection, "claims/missing_prices", **selection.parameters())
        default_keys = warehouse.run(connection, "claims/default_keys", **selection.parameters())
    console.print(_table(claims) if claims else "Rien à réclamer.")
    if reviewed.height:
        euros = _euros(reviewed["to_review_eur"].sum())
        console.print(f"À vérifier d'abord, non compris : {reviewed['to_review'].sum()} constat(s), {euros} HT.")
    if selection.party != Party.ENEDIS:
        _show_beside(publication, selection)
    if selection.party != Party.SUPPLIER:
        for row in prices.iter_rows(named=True):
            console.print(f"Prix à compléter dans prices.csv ({row['operation_id']}) : {row['message']}", markup=False)
        for row in default_keys.iter_rows(named=True):
            period = f"{row['period_start']:%d/%m/%Y} – {row['period_end']:%d/%m/%Y}"
            console.print(
                f"Clés par défaut ({row['operation_id']}, {period}) : si Enedis n'a pas pu recevoir les vôtres, "
                "--contest-default-keys (article 4.4.3)."
            )


def _show_beside(publication: Path, selection: "Selection") -> None:
    """Print what no letter says: what the bills lack, and those that no curve allowed to check."""
    with warehouse.connect(publication, read_only=True) as connection:
        lacking = warehouse.run(connection, "claims/underbilled", **selection.parameters("supplier"))
        unchecked = warehouse.run(connection, "claims/without_curve", **selection.parameters("supplier"))
    for row in lacking.iter_rows(named=True):
        console.print(
            f"Facturé en moins par {row['supplier']} ({row['operation_id'] or 'hors opération'}), non déduit et dit "
            f"dans aucune lettre : {_lacking(row)}, {row['findings']} constat(s). Une régularisation "
            "est à prévoir.",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    if unchecked.height:
        console.print(f"Non vérifiées, faute de courbe : {unchecked['details'].sum()} ligne(s) de facture.")
        for row in unchecked.head(MOST_REASONS).iter_rows(named=True):
            console.print(f"  {row['details']} : {row['reason']}", markup=False, soft_wrap=True)


def _lacking(row: Mapping[str, Any]) -> str:
    amounts = ((row["amount_eur"], "HT"), (row["vat_only_eur"], "TTC (TVA seule)"))
    return " et ".join(f"{_euros(value)} {what}" for value, what in amounts if value)


def _table(claims: Sequence["Claim"]) -> Table:
    """Return what is claimed by year, addressee and operation, the oldest first."""
    groups: dict[tuple[Any, ...], list[Claim]] = {}
    for claim in claims:
        year = claim.month.year if claim.month else 0
        key = (year, claim.party == "enedis", claim.supplier or "Enedis", claim.operation_id or "")
        groups.setdefault(key, []).append(claim)
    right = [Column(name, justify="right") for name in ("Factures", "Constats", "€ HT", "€ TTC")]
    table = Table("Année", "Destinataire", "Opération", *right, box=None, pad_edge=False)
    for year, is_enedis, addressee, operation in sorted(groups):
        some = groups[year, is_enedis, addressee, operation]
        unknown = sum(claim.amount_eur is None and claim.amount_ttc_eur is None for claim in some)
        table.add_row(
            str(year or ""),
            addressee,
            operation or "hors opération",
            str(len({claim.invoice_number for claim in some if claim.invoice_number}) or ""),
            f"{len(some)}{f' ({unknown} à chiffrer)' if unknown else ''}",
            _euros(_asked(claim.amount_eur for claim in some)),
            "" if is_enedis else _euros(_asked(claim.amount_ttc_eur for claim in some)),
        )
    total = _euros(_asked(claim.amount_eur for claim in claims))
    table.add_row("Total", "", "", "", str(len(claims)), total, "", style="bold")
    return table


def _asked(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount), Decimal(0))


def _euros(value: Decimal | float) -> str:
    from energy_pipeline.french import euros

    return euros(value)


def _show_written(letter: "Written") -> None:
    amount = f" ({_euros(letter.amount_eur)} HT)" if letter.amount_eur else ""
    console.print(f"Lettre à {letter.addressee}{amount} :", markup=False, soft_wrap=True)
    for path in letter.paths:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    if letter.to_complete:
        console.print(f"  À compléter avant l'envoi : {', '.join(letter.to_complete)}.", markup=False, soft_wrap=True)
