-- Of each detail: how many components it has.
SELECT supplier, invoice_number, detail_id, prm, count(*) AS components
FROM marts.invoice_line
WHERE month >= $since
GROUP BY supplier, invoice_number, detail_id, prm
