SELECT request_id, request_type, requested_on, status FROM marts.technical_request ORDER BY requested_on
