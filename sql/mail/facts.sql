-- What the reports of some months tell, as one digest per period: figures, savings, bills, findings; no form, no names.
-- Named columns only: a new column of a mart corrects no report. Energies to 0.01 kWh and rates to 1e-6: the order of a
-- sum changes their last bits. The odd offsets keep the bounds of rounding off the values that meters give.
WITH fact AS (
    SELECT
        operation_id, period_start,
        concat_ws(
            '|', 'period', period_end, coalesce(key_type_used, '?'), steps_estimated, steps_missing,
            coalesce(published_source, '?'),
            [
                CAST(energy + 0.0031 AS DECIMAL(18, 2)) FOR energy IN [
                    consumption_kwh, production_kwh, self_consumption_kwh, complement_kwh, surplus_kwh,
                    published_consumption_kwh, published_production_kwh, published_self_consumption_kwh,
                    published_complement_kwh, published_surplus_kwh
                ]
            ],
            [
                CAST(rate + 0.00000031 AS DECIMAL(18, 6)) FOR rate IN [
                    self_consumption_rate, self_production_rate, coverage_rate
                ]
            ]
        ) AS told
    FROM marts.operation_month
    WHERE month IN $months
    UNION ALL
    SELECT
        operation_id, period_start,
        concat_ws(
            '|', 'consumer', prm, coalesce(CAST(saving.saving_eur + 0.00031 AS DECIMAL(18, 2))::VARCHAR, '?'),
            [
                CAST(energy + 0.0031 AS DECIMAL(18, 2)) FOR energy IN [
                    consumption_kwh, self_consumption_kwh, complement_kwh, published_consumption_kwh,
                    published_self_consumption_kwh, published_complement_kwh
                ]
            ]
        )
    FROM marts.consumer_month
    LEFT JOIN (
        SELECT operation_id, period_start, prm, saving_eur FROM marts.saving_month
    ) AS saving USING (operation_id, period_start, prm)
    WHERE month IN $months
    UNION ALL
    SELECT
        operation_id, period_start,
        concat_ws(
            '|', 'producer', prm,
            [
                CAST(energy + 0.0031 AS DECIMAL(18, 2)) FOR energy IN [
                    production_kwh, self_produced_kwh, surplus_kwh, published_production_kwh,
                    published_self_produced_kwh, published_surplus_kwh
                ]
            ]
        )
    FROM marts.producer_month
    WHERE month IN $months
    UNION ALL
    SELECT
        bill.operation_id, period.period_start,
        concat_ws(
            '|', 'bill', bill.supplier, bill.invoice_number, bill.detail_id, bill.verdict,
            coalesce(bill.amount_eur::VARCHAR, '?'), CAST(bill.billed_kwh + 0.0031 AS DECIMAL(18, 2)),
            CAST(bill.expected_kwh + 0.0031 AS DECIMAL(18, 2))
        )
    FROM marts.invoice_reconciliation AS bill
    INNER JOIN marts.operation_month AS period USING (operation_id, month)
    WHERE bill.month IN $months
    UNION ALL
    SELECT
        operation_id, report_period_start,
        concat_ws(
            '|', 'finding', finding_id, severity, coalesce(amount_eur::VARCHAR, '?'),
            coalesce(amount_ttc_eur::VARCHAR, '?'), message
        )
    FROM finding_by_report
    WHERE (operation_id, report_period_start) IN (
        SELECT (operation_id, period_start) FROM marts.operation_month WHERE month IN $months
    )
)

SELECT operation_id, period_start, md5(string_agg(told, chr(10) ORDER BY told)) AS digest
FROM fact
GROUP BY operation_id, period_start
