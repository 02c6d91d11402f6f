SELECT prm, month, surplus_kwh, revenue_eur FROM marts.surplus_month ORDER BY prm, month
