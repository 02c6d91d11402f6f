-- What are the bills made of, month after month?
SELECT
    month,
    sum(amount_eur) FILTER (component IN ('energy', 'arenh', 'capacity', 'cee', 'cee_precarity', 'guarantee_of_origin',
        'subscription', 'other')) AS supply_eur,
    sum(amount_eur) FILTER (component IN ('fixed_grid', 'variable_grid', 'rte')) AS grid_eur,
    sum(amount_eur) FILTER (component IN ('excise', 'cta', 'tccfe', 'tdcfe', 'tcfe')) AS taxes_eur,
    sum(amount_eur) FILTER (component IN ('vat_normal', 'vat_reduced', 'vat')) AS vat_eur
FROM marts.invoice_line
GROUP BY month
ORDER BY month
