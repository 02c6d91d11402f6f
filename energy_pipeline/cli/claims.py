"""Command `claims`: what can be claimed, from whom; the letters and the workbooks to attach."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import polars as pl
import typer
from rich.table import Column, Table

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail, month_option
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import Home

if TYPE_CHECKING:
    from energy_pipeline.claims import Selection, Written

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
    sent_on: Annotated[
        str | None, typer.Option("--date", help="Date des lettres, AAAA-MM-JJ ; à défaut, aujourd'hui.")
    ] = None,
    contest_default_keys: Annotated[
        bool,
        typer.Option(
            "--contest-default-keys",
            help="Contester aussi les clés par défaut : Enedis n'a pas pu recevoir les nôtres (convention, 4.4.3).",
        ),
    ] = False,
) -> None:
    """List what can be claimed; with --out, write each letter (.docx, PDF) and its workbook (.xlsx)."""
    from energy_pipeline.claims import ADDRESSEES, AddresseesError, Selection, read_addressees, write_claims

    first, last = _months(month, year)
    day = day_option(sent_on) if sent_on else datetime.now(PARIS).date()
    publication = Home(home).publication
    with clear_errors(AddresseesError):
        named = _known_names(publication, operation or [], supplier)
        selection = Selection(tuple(operation) if operation else None, named, party, first, last)
        is_any = _show(publication, selection)
        if out is None:
            if is_any:
                console.print("Pour écrire les lettres : --out DOSSIER.")
            return
        written = write_claims(
            publication,
            out,
            selection,
            day=day,
            contest_default_keys=contest_default_keys,
            addressees=read_addressees(home / ADDRESSEES),
        )
    if not written:
        console.print("Aucune lettre à écrire.")
    for letter in written:
        _show_written(letter)


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


def _show(publication: Path, selection: "Selection") -> bool:
    """Print what can be claimed and what is in the way; return whether there is anything."""
    with warehouse.connect(publication, read_only=True) as connection:
        rows = warehouse.run(connection, "claims/summary", **selection.parameters("supplier", "party"))
        prices = warehouse.run(connection, "claims/missing_prices", **selection.parameters())
        default_keys = warehouse.run(connection, "claims/default_keys", **selection.parameters())
    claimed = rows.filter(pl.col("findings") > 0)
    if claimed.is_empty():
        console.print("Rien à réclamer.")
    else:
        console.print(_table(claimed))
    reviewed = rows.filter(pl.col("to_review") > 0)
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
    return not claimed.is_empty()


def _show_beside(publication: Path, selection: "Selection") -> None:
    """Print what no letter says: what the bills lack, and those that no curve allowed to check."""
    with warehouse.connect(publication, read_only=True) as connection:
        lacking = warehouse.run(connection, "claims/underbilled", **selection.parameters("supplier"))
        unchecked = warehouse.run(connection, "claims/without_curve", **selection.parameters("supplier"))
    for row in lacking.iter_rows(named=True):
        console.print(
            f"Facturé en moins par {row['supplier']} ({row['operation_id'] or 'hors opération'}), non déduit et dit "
            f"dans aucune lettre : {_euros(row['amount_eur'])} HT, {row['findings']} constat(s). Une régularisation "
            "est à prévoir.",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    if unchecked.height:
        console.print(f"Non vérifiées, faute de courbe : {unchecked['details'].sum()} ligne(s) de facture.")
        for row in unchecked.head(MOST_REASONS).iter_rows(named=True):
            console.print(f"  {row['details']} : {row['reason']}", markup=False, soft_wrap=True)


def _table(rows: pl.DataFrame) -> Table:
    right = [Column(name, justify="right") for name in ("Factures", "Constats", "€ HT", "€ TTC")]
    table = Table("Année", "Destinataire", "Opération", *right, box=None, pad_edge=False)
    for row in rows.iter_rows(named=True):
        missing = f" ({row['unquantified']} à chiffrer)" if row["unquantified"] else ""
        table.add_row(
            str(row["year"] or ""),
            row["supplier"] or "Enedis",
            row["operation_id"] or "hors opération",
            str(row["invoices"] or ""),
            f"{row['findings']}{missing}",
            _euros(row["amount_eur"]),
            _euros(row["amount_ttc_eur"]) if row["amount_ttc_eur"] is not None else "",
        )
    total = rows["amount_eur"].sum()
    table.add_row("Total", "", "", "", str(rows["findings"].sum()), _euros(total), "", style="bold")
    return table


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
