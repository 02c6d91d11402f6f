-- The marts, with their number of rows and what they contain.
SELECT table_name AS "table", estimated_size AS rows, comment AS content
FROM duckdb_tables()
WHERE schema_name = 'marts'
ORDER BY table_name
