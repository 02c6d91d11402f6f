-- Components: price of the energy and of the grid per kWh.
SELECT
    supplier, invoice_number, detail_id, prm, component,
    CAST(amount_eur AS DOUBLE) / nullif(quantity_kwh, 0) AS eur_per_kwh,
    CASE WHEN component = 'energy' AND coalesce(fluid, 'electricity') = 'electricity' THEN eur_per_kwh END
        AS electricity_eur_per_kwh,
    CASE WHEN component = 'energy' AND fluid = 'gas' THEN eur_per_kwh END AS gas_eur_per_kwh,
    CASE WHEN component = 'variable_grid' THEN eur_per_kwh END AS grid_eur_per_kwh
FROM marts.invoice_line
WHERE month >= $since AND component IN ('energy', 'variable_grid') AND abs(quantity_kwh) >= 50
