SELECT operation_id, month, hypothesis, description, residual_kwh FROM marts.split_explanation WHERE rank = 1
