-- Readings of the meters: of each, what the export received last says.
SELECT * EXCLUDE (file_id, extra, received_at)
FROM staging.reading
QUALIFY row_number() OVER (
    PARTITION BY supplier, site_id, meter_number, read_on, register, invoice_number
    ORDER BY received_at DESC, file_id DESC, sheet, line
) = 1
ORDER BY supplier, site_id, meter_number, read_on, register, invoice_number
