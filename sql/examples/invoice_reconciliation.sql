SELECT verdict, count(*) AS bills, sum(amount_eur) AS amount_eur FROM marts.invoice_reconciliation GROUP BY verdict
