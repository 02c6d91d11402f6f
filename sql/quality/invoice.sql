-- Invoices: share of the VAT, sign by kind, days from the end of the month to the invoice.
SELECT
    supplier, invoice_number,
    CAST(vat_eur / nullif(total_excl_vat_eur, 0) AS DOUBLE) AS vat_share,
    CASE WHEN kind = 'credit' THEN CAST(total_incl_vat_eur AS DOUBLE) END AS credit_eur,
    CASE WHEN kind = 'invoice' THEN CAST(total_incl_vat_eur AS DOUBLE) END AS invoice_eur,
    date_diff('day', last_day(month), invoice_date) AS days_after_the_month
FROM marts.invoice
WHERE month >= $since
