-- Prices that may hold for a consumer during a period.
SELECT price, slot, value, valid_from, valid_to, path, line, received_at
FROM marts.price
WHERE (operation_id IS NULL OR operation_id = $operation_id) AND (prm IS NULL OR prm = $prm)
    AND valid_from <= $period_end AND (valid_to IS NULL OR valid_to > $period_start)
ORDER BY price, slot, valid_from
