-- Sites whose subscribed power changed from one list to the next.
SELECT site_id, valid_from, subscribed_kva FROM marts.site_history ORDER BY site_id, valid_from
