"""Findings of the supplier's side: bills, totals, rows changed from one export to the next."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.formats.supplier_layout import labels
from energy_pipeline.reconciliation import claimed_price
from energy_pipeline.reconciliation.finding import evidence, facts

CLAIMED = ("self_consumption_not_deducted", "over_billed", "under_billed", "site_unknown")
TOTALS = {
    "parts": ("excl_tax_eur", "montant hors taxes", "la somme de ses composantes"),
    "taxes": ("total_excl_vat_eur", "total hors TVA", "le montant hors taxes plus les taxes"),
    "bases": ("", "la somme des assiettes de TVA", "le total hors TVA"),
    "vat": ("total_incl_vat_eur", "total TTC", "le total hors TVA plus la TVA"),
    "registers": ("consumption_kwh", "total des kWh", "la somme des cadrans"),
}
"""By identity: the column of its total, how it is called where no layout is known to, and what it should be."""
KEY = ("supplier", "invoice_number", "detail_id", "prm")


def bill_facts(judged: pl.DataFrame, slots: Mapping[int, str] | None = None) -> pl.DataFrame:
    """Return a fact per bill whose verdict someone has to act on.

    `judged`: of `bills.reconcile`; `slots`: by bill, what its slots say (`slots.told_by_bill`).
    """
    told = slots or {}
    rows = judged.filter(pl.col("verdict").is_in(CLAIMED)).iter_rows(named=True)
    return facts([_bill(row, told.get(row["bill"])) for row in rows])


def _bill(row: dict[str, Any], slots: str | None) -> dict[str, object]:
    is_known = row["verdict"] != "site_unknown"
    excise = row["excise_eur_excess"] if is_known else None
    return {
        "check_name": row["verdict"],
        "month": row["month"],
        "operation_id": row["operation_id"],
        "role": "consumer",
        **{name: row[name] for name in KEY},
        "period_start": row["consumption_start"],
        "period_end": row["consumption_end"],
        "expected": row["expected_kwh"] if is_known else None,
        "observed": row["net_kwh"],
        "unit": "kWh",
        "amount_eur": row["amount_eur"],
        "amount_ttc_eur": row["amount_ttc_eur"],
        "evidence": evidence(
            {
                "file": row["path"],
                "line": row["line"],
                "value": row["billed_kwh"],
                "expected_kwh": _rounded(row["expected_kwh"]) if is_known else None,
                "consumption_kwh": _rounded(row["consumption_kwh"]),
                "self_consumption_kwh": _rounded(row["self_consumption_kwh"]),
                "complement_source": ("published" if row["is_published"] else "recomputed") if is_known else None,
                "excise_eur": _rounded(excise),
                "slots": slots,
                "price": None if row["amount_eur"] is None else claimed_price.origin(row),
            }
        ),
        "message": _bill_message(row, excise),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _bill_message(row: dict[str, Any], excise: float | None) -> str:
    bill = (
        f"Facture {row['invoice_number']} ({row['supplier']}), PRM {row['prm']}, "
        f"{french.short_period(row['consumption_start'], row['consumption_end'])}"
    )
    if row["verdict"] == "site_unknown":
        return f"{bill} : ce point de mesure n'est ni dans les listes de sites ni dans un périmètre d'opération."
    excess = abs(row["excess_kwh"])
    billed = f"{french.kwh(row['net_kwh'])} facturés pour {french.kwh(row['expected_kwh'])} de complément"
    what = {
        "self_consumption_not_deducted": f"{french.kwh(excess)} autoconsommés n'ont pas été déduits",
        "over_billed": f"{french.kwh(excess)} en trop",
        "under_billed": f"{french.kwh(excess)} en moins",
    }[row["verdict"]]
    if row["amount_eur"] is None:
        return f"{bill} : {billed} ; {what}. Montant inconnu : la facture ne donne pas le prix de l'énergie."
    ttc = french.euros(abs(row["amount_ttc_eur"]))
    told = f"{bill} : {billed} ; {what}, soit {french.euros(abs(row['amount_eur']))} HT ({ttc} TTC)."
    return " ".join((told, f"Calcul : {claimed_price.computation(row)}.", *_excise(row, excise)))


def _excise(row: dict[str, Any], excise: float | None) -> list[str]:
    """Return what is said of the accise; nothing when the bill has none, or when the euros are not ours to ask for."""
    apart = f"Accise sur ces kWh, comptée à part : {french.euros(abs(excise))} HT." if excise else ""
    is_claimed = row["excess_kwh"] > 0 and excise != 0
    return [*([claimed_price.EXCISE] if is_claimed else []), *([apart] if apart else [])]


def _of_month(rows: pl.DataFrame, judged: pl.DataFrame, month: date) -> list[dict[str, Any]]:
    """Return the rows of the month, with the operation of the bill that they are about."""
    operations = judged.select(*KEY, "operation_id").unique(KEY)
    joined = rows.filter(pl.col("month") == month).join(operations, on=list(KEY), how="left", nulls_equal=True)
    return list(joined.iter_rows(named=True))


def total_facts(mismatches: pl.DataFrame, judged: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return a fact `invoice_total_mismatch` per detail of `month`.

    `mismatches`: of `invoices.total_mismatches`; `judged`: of `bills.reconcile`, for the operation of the site.
    """
    return facts([_total(row) for row in _of_month(mismatches, judged, month)])


def _total(row: dict[str, Any]) -> dict[str, object]:
    first = row["failed"][0]
    name, rule = _called(first, row["layout"]), TOTALS[first][2]
    show = french.kwh if first == "registers" else french.euros
    others = [_called(failed, row["layout"]) for failed in row["failed"][1:]]
    also = f" N'est pas juste non plus : {', '.join(others)}." if others else ""
    return {
        "check_name": "invoice_total_mismatch",
        "month": row["month"],
        "operation_id": row["operation_id"],
        **{key: row[key] for key in KEY},
        "period_start": row["consumption_start"],
        "period_end": row["consumption_end"],
        "expected": row["recomputed"],
        "observed": row["printed"],
        "unit": "kWh" if first == "registers" else "EUR",
        "amount_eur": row["amount_eur"],
        "amount_ttc_eur": row["amount_ttc_eur"],
        "evidence": evidence(
            {"file": row["path"], "line": row["line"], "column": name, "value": _rounded(row["printed"])}
        ),
        "message": (
            f"Facture {row['invoice_number']} ({row['supplier']}), détail {row['detail_id']} : {name} de "
            f"{show(row['printed'])}, mais {rule} donne {show(row['recomputed'])}{_owed(row)}.{also}"
        ),
    }


def _called(identity: str, layout: str | None) -> str:
    column, name, _ = TOTALS[identity]
    return labels(column).get(layout or "", name)


def _owed(row: dict[str, Any]) -> str:
    """Return what the total that is wrong costs: including VAT only, where the amounts excluding it are right."""
    amount, ttc = row["amount_eur"], row["amount_ttc_eur"]
    if amount is None:
        return "" if ttc is None else f", soit {french.euros(abs(ttc))} TTC en {'trop' if ttc > 0 else 'moins'}"
    whole = "" if ttc is None else f" ({french.euros(abs(ttc))} TTC)"
    return f", soit {french.euros(abs(amount))} HT{whole} en {'trop' if amount > 0 else 'moins'}"


def superseded_facts(superseded: pl.DataFrame, judged: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return a fact `superseded_invoice_row` per detail of `month` that an export changed (of `latest_details`)."""
    return facts([_superseded(row) for row in _of_month(superseded, judged, month)])


def _superseded(row: dict[str, Any]) -> dict[str, object]:
    before, after = row["previous_total_excl_vat_eur"], row["total_excl_vat_eur"]
    totals = ""
    if before is not None and after is not None and before != after:
        totals = f" Total hors TVA : {french.euros(float(before))} auparavant, {french.euros(float(after))} désormais."
    return {
        "check_name": "superseded_invoice_row",
        "month": row["month"],
        "operation_id": row["operation_id"],
        **{key: row[key] for key in KEY},
        "expected": None if before is None else float(before),
        "observed": None if after is None else float(after),
        "unit": "EUR",
        "evidence": evidence(
            {"file": row["previous_path"], "line": row["previous_line"], "value": before},
            {"file": row["path"], "line": row["line"], "value": after, "changed": row["changed"]},
        ),
        "message": (
            f"Facture {row['invoice_number']} ({row['supplier']}), détail {row['detail_id']} : un export plus récent "
            f"donne une autre version de cette ligne, qui remplace la précédente.{totals}"
        ),
    }
