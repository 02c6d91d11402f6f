-- Of each consumer and period: what it received from all producers beside its self-consumption; producers that gave.
SELECT
    exchange.operation_id, exchange.period_start, exchange.consumer_prm,
    (sum(exchange.energy_kwh) - any_value(consumer.self_consumption_kwh))
        / (1 + any_value(consumer.self_consumption_kwh)) AS unexplained,
    count(*) AS rows,
    any_value(producers.number) AS expected_rows
FROM marts.exchange_month AS exchange
INNER JOIN marts.consumer_month AS consumer
    ON consumer.operation_id = exchange.operation_id AND consumer.period_start = exchange.period_start
    AND consumer.prm = exchange.consumer_prm
INNER JOIN (
    SELECT operation_id, period_start, count(*) AS number
    FROM marts.producer_month
    GROUP BY operation_id, period_start
) AS producers
    ON producers.operation_id = exchange.operation_id AND producers.period_start = exchange.period_start
WHERE exchange.month >= $since
GROUP BY exchange.operation_id, exchange.period_start, exchange.consumer_prm
