-- Of each consumer and period: its slots, and what their sum leaves of its consumption.
SELECT
    slot.operation_id, slot.period_start, slot.prm,
    string_agg(slot.slot, ' ' ORDER BY slot.slot) AS slots,
    (sum(slot.consumption_kwh) - any_value(whole.consumption_kwh)) / nullif(any_value(whole.consumption_kwh), 0)
        AS unexplained
FROM marts.consumer_slot_month AS slot
INNER JOIN marts.consumer_month AS whole USING (operation_id, period_start, prm)
WHERE slot.month >= $since
GROUP BY slot.operation_id, slot.period_start, slot.prm
