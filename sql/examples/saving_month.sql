SELECT operation_id, month, sum(saving_eur) AS saving_eur FROM marts.saving_month GROUP BY ALL ORDER BY ALL
