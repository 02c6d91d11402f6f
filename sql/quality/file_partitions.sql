-- Of each month of reception: the part of the files that were refused.
SELECT date_trunc('month', received_at)::DATE AS month, count(*) FILTER (status = 'quarantined') / count(*) AS refused
FROM marts.file
GROUP BY ALL
