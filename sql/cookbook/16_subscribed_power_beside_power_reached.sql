-- Which sites subscribe more power than they ever reach?
-- A mean power per step hides shorter peaks: below 60 % of the subscribed power, ask; never decide from this alone.
SELECT
    curve.prm, site.name AS site, site.subscribed_kva,
    round(max(curve.consumption_w) / 1000, 1) AS reached_kw,
    round(100 * reached_kw / site.subscribed_kva) AS reached_percent
FROM marts.curve AS curve
INNER JOIN marts.site AS site ON site.site_id = curve.prm
WHERE curve.role = 'consumer' AND curve.quality = 'measured' AND site.subscribed_kva > 0
GROUP BY curve.prm, site.name, site.subscribed_kva
ORDER BY reached_percent
