-- Operations with a period in a month that the run recomputes.
SELECT DISTINCT operation_id
FROM computed.operation_period
SEMI JOIN landing.pending_month USING (month)
ORDER BY operation_id
