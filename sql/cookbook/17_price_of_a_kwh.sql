-- What does a kWh cost at each site, all components but VAT?
-- Credits count against what they cancel.
SELECT
    line.prm, any_value(site.name) AS site,
    sum(line.quantity_kwh) FILTER (line.component = 'energy') AS billed_kwh,
    sum(line.amount_eur) AS total_eur,
    round(total_eur / nullif(billed_kwh, 0), 4) AS eur_per_kwh
FROM marts.invoice_line AS line
LEFT JOIN marts.site AS site ON site.site_id = line.prm
WHERE line.component NOT IN ('vat_normal', 'vat_reduced', 'vat')
GROUP BY line.prm
HAVING billed_kwh > 0
ORDER BY eur_per_kwh DESC
