-- Savings since the start: never less than one period's energy; as many periods as have gone by.
SELECT
    operation_id, period_start, prm,
    cumulated_kwh - self_consumption_kwh AS earlier_kwh,
    date_diff('day', since, period_start) AS days_since
FROM marts.saving_to_date
WHERE month >= $since
