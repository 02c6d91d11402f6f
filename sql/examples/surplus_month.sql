SELECT operation_id, prm, sum(surplus_kwh) AS surplus_kwh, sum(revenue_eur) AS revenue_eur
FROM marts.surplus_month GROUP BY ALL ORDER BY ALL
