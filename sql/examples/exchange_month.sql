PIVOT marts.exchange_month ON producer_prm USING sum(energy_kwh) GROUP BY consumer_prm
