-- How many checks of an invoice came to each decision, over the details that it has.
SELECT decision, count(*) AS checks, count(DISTINCT (detail_id, prm)) AS details
FROM marts.bill_check
WHERE invoice_number = $invoice_number
GROUP BY decision
ORDER BY decision
