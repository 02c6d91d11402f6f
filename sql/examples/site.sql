SELECT supplier, segment, count(*) AS sites, sum(subscribed_kva) AS subscribed_kva FROM marts.site GROUP BY ALL
