-- Invoices of the portal: total with and without VAT, days before the publication.
SELECT
    supplier, invoice_number, site_id,
    CAST(total_incl_vat_eur / nullif(total_excl_vat_eur, 0) AS DOUBLE) AS with_vat,
    date_diff('day', invoice_date, CAST(published_at AS DATE)) AS days_old
FROM marts.portal_invoice, marts.publication
