-- Authorisations: their length, and the order of their dates.
SELECT
    operation_id, prm, role, signed_on,
    date_diff('day', signed_on, expires_on) AS days,
    date_diff('day', signed_on, withdrawn_on) AS days_to_withdrawal
FROM marts.consent
