-- Prices of the prices.csv that hold.
SELECT * FROM staging.price ORDER BY path, line
