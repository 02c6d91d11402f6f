SELECT kind, status, count(*) AS files FROM marts.file GROUP BY ALL ORDER BY ALL
