-- Which sites would gain most from a bigger key?
-- At each step a site could have taken, at most, the lesser of what it still bought and of the surplus that was left.
-- Each site is judged alone: the same surplus cannot go to two sites. Steps at which either is not known are left out.
WITH surplus AS (
    SELECT operation_id, step_start, sum(surplus_w) AS surplus_w
    FROM marts.curve
    WHERE role = 'producer'
    GROUP BY operation_id, step_start
),

missed AS (
    SELECT
        curve.operation_id, curve.period_start, curve.prm,
        sum(least(curve.complement_w, surplus.surplus_w) * curve.step_minutes / 60000) AS kwh
    FROM marts.curve AS curve
    INNER JOIN surplus USING (operation_id, step_start)
    WHERE curve.role = 'consumer' AND curve.complement_w IS NOT NULL AND surplus.surplus_w IS NOT NULL
    GROUP BY curve.operation_id, curve.period_start, curve.prm
)

SELECT
    missed.operation_id, missed.prm, any_value(site.name) AS site,
    round(sum(missed.kwh)) AS could_share_more_kwh,
    round(sum(missed.kwh * (saving.avoided_price - saving.local_price - saving.organiser_fee)), 2) AS could_save_eur
FROM missed
LEFT JOIN marts.saving_month AS saving USING (operation_id, period_start, prm)
LEFT JOIN marts.site AS site ON site.site_id = missed.prm
GROUP BY missed.operation_id, missed.prm
ORDER BY could_share_more_kwh DESC
