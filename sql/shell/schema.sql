-- The columns of a mart, their type and their meaning, with its unit.
SELECT column_name AS "column", data_type AS type, comment AS meaning
FROM duckdb_columns()
WHERE schema_name = 'marts' AND table_name = $table
ORDER BY column_index
