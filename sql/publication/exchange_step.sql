-- What each producer of an operation gave to each consumer at each step of a civil day, in W: exact. Where producers
-- have keys of their own it was kept step by step; where they share theirs, each gives its part of the production to
-- what every consumer receives: Pij* = Pi / ΣP · Σi Pij* (convention §11.7.3). A missing measure shares nothing.
CREATE OR REPLACE MACRO marts.exchange_step(operation, day) AS TABLE
WITH kept AS (
    SELECT
        operation_id, period_start, producer_prm, consumer_prm, step_minutes,
        unnest(power_w) AS power_w,
        unnest(range(len(power_w))) AS step
    FROM marts.exchange_curve
    WHERE operation_id = operation AND day BETWEEN period_start AND period_end
),

kept_step AS (
    SELECT
        operation_id, period_start, producer_prm, consumer_prm,
        timezone('Europe/Paris', period_start::TIMESTAMP) + to_minutes(step * step_minutes) AS step_start,
        step_minutes, power_w
    FROM kept
),

participant AS (
    SELECT operation_id, period_start, prm, role, step_start, step_minutes, production_w, self_consumption_w
    FROM marts.curve
    WHERE operation_id = operation AND day BETWEEN period_start AND period_end
        AND period_start NOT IN (SELECT period_start FROM kept)
),

producer AS (
    SELECT
        operation_id, period_start, prm, step_start, step_minutes,
        production_w / nullif(sum(production_w) OVER (PARTITION BY period_start, step_start), 0) AS part
    FROM participant
    WHERE role = 'producer' AND production_w IS NOT NULL
),

shared_step AS (
    SELECT
        producer.operation_id, producer.period_start, producer.prm AS producer_prm, consumer.prm AS consumer_prm,
        producer.step_start, producer.step_minutes,
        coalesce(producer.part, 0) * consumer.self_consumption_w AS power_w
    FROM producer
    INNER JOIN participant AS consumer USING (period_start, step_start)
    WHERE consumer.role = 'consumer' AND consumer.self_consumption_w IS NOT NULL
)

SELECT *
FROM (SELECT * FROM kept_step UNION ALL SELECT * FROM shared_step)
WHERE timezone('Europe/Paris', step_start)::DATE = day
ORDER BY step_start, producer_prm, consumer_prm
