-- Authorisations in force, those that end first at the top.
SELECT operation_id, prm, holder, expires_on FROM marts.consent WHERE withdrawn_on IS NULL ORDER BY expires_on
