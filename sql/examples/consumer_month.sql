SELECT prm, sum(self_consumption_kwh) AS self_consumption_kwh FROM marts.consumer_month GROUP BY prm
