-- Sites: power by segment, hours of use of the subscribed power, days of their stay in the contract.
SELECT
    site_id, supplier,
    CASE WHEN segment = 'C5' THEN subscribed_kva END AS c5_kva,
    CASE WHEN segment = 'C4' THEN subscribed_kva END AS c4_kva,
    car_kwh / nullif(subscribed_kva, 0) AS hours_of_use,
    date_diff('day', valid_from, valid_to) AS days
FROM marts.site
