-- The months that speak of a point: those of its operations, of its bills and findings; one at least, to publish again.
INSERT INTO landing.pending_month
SELECT month FROM (
    SELECT period.month
    FROM computed.operation_period AS period
    INNER JOIN marts.participant AS participant ON participant.operation_id = period.operation_id
    WHERE participant.prm = $point
    UNION
    SELECT month FROM marts.invoice_line WHERE prm = $point
    UNION
    SELECT month FROM marts.finding WHERE prm = $point
    UNION
    SELECT max(month) FROM computed.operation_period
) AS spoken
WHERE month IS NOT NULL AND month NOT IN (SELECT month FROM landing.pending_month)
