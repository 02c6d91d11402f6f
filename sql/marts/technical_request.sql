-- Technical requests: of each, its last known state.
SELECT * EXCLUDE (file_id, extra, received_at)
FROM staging.technical_request
QUALIFY row_number() OVER (
    PARTITION BY supplier, request_id
    ORDER BY received_at DESC, file_id DESC, sheet, line
) = 1
ORDER BY supplier, request_id
