-- Prices typed by hand: a price in cents or per MWh is out of range.
SELECT path, line, CAST(value AS DOUBLE) AS value, date_diff('day', valid_from, valid_to) AS days
FROM marts.price
