SELECT component, sum(amount_eur) AS amount_eur FROM marts.invoice_line GROUP BY component ORDER BY amount_eur DESC
