-- Invoices as the portal lists them: of each, its last known state.
SELECT * EXCLUDE (file_id, extra, received_at)
FROM staging.portal_invoice
QUALIFY row_number() OVER (
    PARTITION BY supplier, invoice_number, site_id
    ORDER BY received_at DESC, file_id DESC, sheet, line
) = 1
ORDER BY supplier, invoice_number, site_id
