-- Curves of the files (`files_published_again`) of a batch of operations, and when each content first arrived.
SELECT
    curve.*,
    (
        SELECT min(copy.received_at) FROM landing.file AS copy
        WHERE copy.file_id = curve.file_id AND copy.operation_id = curve.operation_id
    ) AS first_received_at
FROM staging.curve AS curve
SEMI JOIN files_published_again AS again USING (operation_id, file_id)
WHERE curve.operation_id IN $ids
