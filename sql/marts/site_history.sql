-- States of each site from list to list: a new row when a list says something else than the one before.
WITH listed AS (
    SELECT
        supplier, fluid, site_id, listed_on, status, segment, tariff_option, subscribed_kva, car_kwh,
        valid_from AS entered_on, valid_to AS left_on,
        row(status, segment, tariff_option, subscribed_kva, car_kwh, valid_from, valid_to) AS state
    FROM staging.site_row
    QUALIFY row_number() OVER (
        PARTITION BY supplier, fluid, site_id, listed_on
        ORDER BY received_at DESC, file_id DESC, valid_from DESC NULLS LAST, line DESC
    ) = 1
),

changed AS (
    SELECT * EXCLUDE (state)
    FROM listed
    QUALIFY state IS DISTINCT FROM lag(state) OVER (PARTITION BY supplier, fluid, site_id ORDER BY listed_on)
)

SELECT
    * EXCLUDE (listed_on),
    listed_on AS valid_from,
    lead(listed_on) OVER (PARTITION BY supplier, fluid, site_id ORDER BY listed_on) AS valid_to
FROM changed
ORDER BY supplier, fluid, site_id, valid_from
