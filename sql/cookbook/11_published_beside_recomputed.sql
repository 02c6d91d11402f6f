-- Where does the split that Enedis published differ from the rules?
SELECT
    operation_id, month, prm,
    round(self_consumption_kwh, 1) AS recomputed_kwh,
    round(published_self_consumption_kwh, 1) AS published_kwh,
    round(self_consumption_kwh - published_self_consumption_kwh, 1) AS difference_kwh
FROM marts.consumer_month
WHERE abs(self_consumption_kwh - published_self_consumption_kwh) > 1
ORDER BY abs(difference_kwh) DESC
