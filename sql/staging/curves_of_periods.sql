-- Curves of some periods (`periods_to_reduce`) of a batch of operations.
SELECT curve.*
FROM computed.curve AS curve
SEMI JOIN periods_to_reduce AS period USING (operation_id, period_start)
WHERE curve.operation_id IN $ids
