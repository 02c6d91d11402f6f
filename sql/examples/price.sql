SELECT price, operation_id, prm, valid_from, valid_to, value, path FROM marts.price ORDER BY price, valid_from
