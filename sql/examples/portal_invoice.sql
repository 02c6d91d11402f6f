-- Invoices of the portal that no export brought.
SELECT supplier, invoice_number, invoice_date, total_incl_vat_eur
FROM marts.portal_invoice
ANTI JOIN marts.invoice USING (supplier, invoice_number)
