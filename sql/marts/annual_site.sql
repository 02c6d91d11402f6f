-- The yearly sheet of each site: the version received last.
SELECT * EXCLUDE (file_id, extra, received_at)
FROM staging.annual_site
QUALIFY row_number() OVER (
    PARTITION BY supplier, fluid, site_id, year, grouping
    ORDER BY received_at DESC, file_id DESC, sheet, line
) = 1
ORDER BY supplier, fluid, site_id, year, grouping
