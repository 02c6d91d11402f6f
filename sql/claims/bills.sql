-- What the bills claimed have become: the conclusion about each of their energies, none where they bill none.
SELECT invoice.supplier, invoice.invoice_number, bill.detail_id, bill.prm, bill.verdict, bill.reason
FROM marts.invoice AS invoice
LEFT JOIN marts.invoice_reconciliation AS bill USING (supplier, invoice_number)
WHERE invoice.invoice_number IN $invoices
ORDER BY ALL
