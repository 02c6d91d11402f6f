-- Suppliers of the bills.
SELECT DISTINCT supplier FROM marts.invoice ORDER BY supplier
