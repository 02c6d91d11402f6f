-- What stands once credits are deducted.
SELECT supplier, month, sum(total_incl_vat_eur) AS total_incl_vat_eur FROM marts.invoice GROUP BY ALL
