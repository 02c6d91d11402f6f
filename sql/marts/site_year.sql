-- A site's year: consumption and self-consumption of its periods, what its bills charge, what it saves and claims.
WITH used AS (
    SELECT
        prm AS site_id, 'electricity' AS fluid, year(month) AS year,
        arg_max(operation_id, period_end) AS operation_id,
        count(coalesce(consumption_kwh, published_consumption_kwh)) AS periods,
        sum(coalesce(consumption_kwh, published_consumption_kwh)) AS consumption_kwh,
        sum(coalesce(self_consumption_kwh, published_self_consumption_kwh)) AS self_consumption_kwh,
        sum(coalesce(complement_kwh, published_complement_kwh)) AS complement_kwh
    FROM marts.consumer_month
    GROUP BY prm, year(month)
),

detail AS (
    SELECT
        coalesce(prm, pce) AS site_id,
        coalesce(fluid, CASE WHEN prm IS NULL THEN 'gas' ELSE 'electricity' END) AS fluid,
        year(month) AS year, supplier, invoice_number, detail_id,
        max(quantity_kwh) AS billed_kwh, min(quantity_kwh) AS least_kwh,
        sum(amount_eur) FILTER (component = 'subscription') AS subscription_eur,
        sum(amount_eur) FILTER (component IN (
            'energy', 'indexation', 'guarantee_of_origin', 'cee', 'cee_precarity', 'arenh', 'capacity', 'biogas', 'other'
        )) AS energy_eur,
        sum(amount_eur) FILTER (component IN (
            'rte', 'transport', 'fixed_grid', 'variable_grid', 'grid', 'overrun', 'reactive'
        )) AS grid_eur,
        sum(amount_eur) FILTER (component IN ('excise', 'cta', 'tccfe', 'tdcfe', 'tcfe')) AS taxes_eur,
        sum(amount_eur) FILTER (component IN ('vat_reduced', 'vat_normal', 'vat')) AS vat_eur,
        sum(amount_eur) FILTER (component NOT IN ('vat_reduced', 'vat_normal', 'vat')) AS billed_eur
    FROM marts.invoice_line
    WHERE coalesce(prm, pce) IS NOT NULL
    GROUP BY ALL
),

billed AS (
    SELECT
        site_id, fluid, year,
        count(DISTINCT (supplier, invoice_number)) AS bills,
        sum(CASE WHEN least_kwh < 0 THEN least_kwh ELSE billed_kwh END) AS billed_kwh,
        sum(subscription_eur) AS subscription_eur, sum(energy_eur) AS energy_eur, sum(grid_eur) AS grid_eur,
        sum(taxes_eur) AS taxes_eur, sum(vat_eur) AS vat_eur, sum(billed_eur) AS billed_eur
    FROM detail
    GROUP BY site_id, fluid, year
),

saved AS (
    SELECT
        prm AS site_id, 'electricity' AS fluid, year(month) AS year,
        sum(saving_eur - coalesce(management_eur, 0)) AS saving_eur
    FROM marts.saving_month
    GROUP BY prm, year(month)
),

claimed AS (
    SELECT
        prm AS site_id, 'electricity' AS fluid, year(month) AS year,
        count(*) AS claims, sum(amount_eur) AS claimed_eur, sum(amount_ttc_eur) AS claimed_ttc_eur
    FROM marts.finding
    WHERE party = 'supplier' AND severity = 'error' AND prm IS NOT NULL
        AND coalesce(amount_eur, amount_ttc_eur, 1) > 0
    GROUP BY prm, year(month)
),

underbilled AS (
    SELECT prm AS site_id, 'electricity' AS fluid, year(month) AS year, -sum(amount_eur) AS underbilled_eur
    FROM marts.finding
    WHERE party = 'supplier' AND prm IS NOT NULL AND amount_eur < 0
    GROUP BY prm, year(month)
),

unchecked AS (
    SELECT prm AS site_id, 'electricity' AS fluid, year(month) AS year, count(*) AS bills_without_curve
    FROM marts.invoice_reconciliation
    WHERE verdict = 'no_curve' AND prm IS NOT NULL
    GROUP BY prm, year(month)
),

listed AS (
    SELECT site_id, fluid, any_value(name ORDER BY supplier) AS name
    FROM marts.site
    GROUP BY site_id, fluid
),

held AS (
    SELECT prm AS site_id, 'electricity' AS fluid, arg_max(name, valid_from) AS name
    FROM marts.participant
    WHERE role = 'consumer'
    GROUP BY prm
)

SELECT
    site_id, fluid, year, coalesce(listed.name, held.name) AS name, operation_id, coalesce(periods, 0) AS periods,
    consumption_kwh, self_consumption_kwh, complement_kwh,
    self_consumption_kwh / nullif(consumption_kwh, 0) AS self_production_rate,
    coalesce(bills, 0) AS bills, billed_kwh, subscription_eur, energy_eur, grid_eur, taxes_eur, vat_eur, billed_eur,
    coalesce(bills_without_curve, 0) AS bills_without_curve, saving_eur, coalesce(claims, 0) AS claims, coalesce(claimed_eur, 0) AS claimed_eur,
    coalesce(claimed_ttc_eur, 0) AS claimed_ttc_eur, coalesce(underbilled_eur, 0) AS underbilled_eur
FROM used
FULL JOIN billed USING (site_id, fluid, year)
FULL JOIN saved USING (site_id, fluid, year)
FULL JOIN claimed USING (site_id, fluid, year)
LEFT JOIN underbilled USING (site_id, fluid, year)
LEFT JOIN unchecked USING (site_id, fluid, year)
LEFT JOIN listed USING (site_id, fluid)
LEFT JOIN held USING (site_id, fluid)
WHERE year IS NOT NULL
ORDER BY site_id, fluid, year
