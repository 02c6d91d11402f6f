-- Who gives how much to whom?
SELECT
    exchange.operation_id, any_value(producer.name) AS producer, any_value(consumer.name) AS consumer,
    exchange.producer_prm, exchange.consumer_prm, round(sum(exchange.energy_kwh)) AS energy_kwh
FROM marts.exchange_month AS exchange
LEFT JOIN marts.participant AS producer
    ON producer.operation_id = exchange.operation_id AND producer.prm = exchange.producer_prm
    AND producer.role = 'producer' AND producer.valid_from <= exchange.period_end
    AND coalesce(producer.valid_to > exchange.period_start, true)
LEFT JOIN marts.participant AS consumer
    ON consumer.operation_id = exchange.operation_id AND consumer.prm = exchange.consumer_prm
    AND consumer.role = 'consumer' AND consumer.valid_from <= exchange.period_end
    AND coalesce(consumer.valid_to > exchange.period_start, true)
GROUP BY exchange.operation_id, exchange.producer_prm, exchange.consumer_prm
ORDER BY energy_kwh DESC
