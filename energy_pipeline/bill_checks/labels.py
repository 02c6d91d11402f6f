"""What a column that a check needs is called: by the layout that read the file, else in plain French."""

from collections.abc import Iterable

import polars as pl

from energy_pipeline.formats.supplier_layout import labels

NAMES = {
    "invoice_date": "date de la facture",
    "grouping": "regroupement",
    "chorus_siret": "SIRET Chorus",
    "segment": "segment",
    "tariff_option": "option tarifaire",
    "subscribed_kva": "puissance souscrite",
    "subscription_start": "début de l'abonnement",
    "subscription_end": "fin de l'abonnement",
    "consumption_start": "début de la consommation",
    "consumption_end": "fin de la consommation",
    "fixed_grid_start": "début de la part fixe de l'acheminement",
    "fixed_grid_end": "fin de la part fixe de l'acheminement",
    "subscription_eur": "montant de l'abonnement",
    "energy_eur": "montant de l'énergie",
    "energy_price": "prix de l'énergie",
    "fixed_grid_eur": "montant de la part fixe de l'acheminement",
    "variable_grid_eur": "montant de la part variable de l'acheminement",
    "excise_eur": "montant de l'accise",
    "cta_eur": "montant de la CTA",
    "tccfe_eur": "montant de la TCCFE",
    "tdcfe_eur": "montant de la TDCFE",
    "tcfe_eur": "montant de la TCFE",
    "arenh_eur": "montant de l'ARENH",
    "vat_base_reduced_eur": "assiette de la TVA à taux réduit",
    "vat_reduced_eur": "TVA à taux réduit",
    "vat_base_normal_eur": "assiette de la TVA à taux normal",
    "vat_normal_eur": "TVA à taux normal",
    "total_excl_vat_eur": "total hors TVA",
    "total_incl_vat_eur": "total TTC",
    "billed_kwh": "énergie facturée",
    "volume_m3": "volume",
    "kwh_per_m3": "coefficient de conversion",
    "last_actual_reading_on": "date de la dernière relève réelle",
    "reading_type": "type de relève",
}
"""Names of the columns that checks need, where the layout has none or is not known."""
BEHIND = {"billed_kwh": "consumption_kwh"}
"""Column of the export behind one that is computed."""


def absent(columns: Iterable[str]) -> pl.Expr:
    """Return the reason « absent de l'export : … » where one of the columns is NULL, else NULL.

    The frame has `layout`: the name of the layout that read the row, NULL where it was read before that was kept.
    """
    missing = [pl.when(pl.col(name).is_null()).then(_label(name)) for name in columns]
    listed = pl.concat_list(missing).list.drop_nulls()
    return pl.when(listed.list.len() > 0).then(pl.format("Absent de l'export : {}.", listed.list.join(", ")))


def _label(column: str) -> pl.Expr:
    known = labels(BEHIND.get(column, column))
    return pl.col("layout").replace_strict(known, default=NAMES[column], return_dtype=pl.String)
