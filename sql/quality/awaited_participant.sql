-- Participants without a PRM: how long they have waited when the publication was made.
SELECT
    operation_id, connection_request, role,
    date_diff('day', declared_on, CAST(published_at AS DATE)) AS days_waited
FROM marts.awaited_participant, marts.publication
