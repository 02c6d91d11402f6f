-- Invoices of each supplier and month but the last, beside those of its usual month.
SELECT supplier, month, invoices / median(invoices) OVER (PARTITION BY supplier) AS beside_the_usual_month
FROM (SELECT supplier, month, count(*) AS invoices FROM marts.invoice WHERE kind = 'invoice' GROUP BY supplier, month)
QUALIFY month < max(month) OVER (PARTITION BY supplier) AND month > min(month) OVER (PARTITION BY supplier)
