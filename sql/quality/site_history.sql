-- States of the sites: their length, change of the subscribed power.
SELECT
    supplier, fluid, site_id, valid_from,
    date_diff('day', valid_from, valid_to) AS days,
    subscribed_kva / lag(subscribed_kva) OVER (PARTITION BY supplier, fluid, site_id ORDER BY valid_from)
        AS beside_the_state_before
FROM marts.site_history
