SELECT coalesce(supplier, party) AS who, year, sum(amount_eur) AS amount_eur FROM marts.claim GROUP BY ALL ORDER BY ALL
