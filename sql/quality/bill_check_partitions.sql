-- Of each detail of an invoice: checks made, and the part of them that could conclude.
SELECT
    supplier, invoice_number, detail_id, prm, count(*) AS checks,
    count(*) FILTER (decision <> 'ignored') / count(*) AS concluded
FROM marts.bill_check
WHERE month >= $since
GROUP BY supplier, invoice_number, detail_id, prm
