-- Curves of a batch of operations over the periods that the month and its bills need (`needed_periods`).
SELECT curve.*
FROM computed.curve AS curve
SEMI JOIN needed_periods AS needed USING (operation_id, period_start)
WHERE curve.operation_id IN $ids
