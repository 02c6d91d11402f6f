-- Annexe 7 (convention §11.7.1, §11.7.2) as set algebra, from its text alone: a second implementation for the tests.
-- production (i, t, p), consumption (j, t, d), coefficient (i, j, t, c): c is NULL where the default key applies (D.315-6).
WITH coefficient_used AS (
    SELECT
        coefficient.i, coefficient.j, coefficient.t,
        coalesce(
            coefficient.c,
            consumption.d / nullif(sum(consumption.d) OVER (PARTITION BY coefficient.i, coefficient.t), 0),
            0
        ) AS c
    FROM coefficient
    INNER JOIN consumption USING (j, t)
),

-- 1. Production allotted: Pij = Pi · Cij, and what no coefficient allots: Pi,na.
allotted AS (
    SELECT i, j, t, production.p * coefficient_used.c AS pij
    FROM production
    INNER JOIN coefficient_used USING (i, t)
),

-- 2. Surplus of each consumer: SCj = max(Σi Pij − Dj, 0).
offered AS (
    SELECT j, t, sum(pij) AS offered
    FROM allotted
    GROUP BY j, t
),

excess AS (
    SELECT offered.j, offered.t, offered.offered, greatest(offered.offered - consumption.d, 0) AS sc
    FROM offered
    INNER JOIN consumption USING (j, t)
)

-- 3. Each producer's part of it: SPij = SCj · Pij / Σi Pij; 5. what it gives in the end: Pij* = Pij − SPij.
SELECT allotted.i, allotted.j, allotted.t, allotted.pij - coalesce(excess.sc * allotted.pij / nullif(excess.offered, 0), 0) AS given
FROM allotted
INNER JOIN excess USING (j, t)
ORDER BY allotted.i, allotted.j, allotted.t
