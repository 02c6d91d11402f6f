-- Whether the publication has a table, and the column that the report reads in it.
SELECT 1 FROM information_schema.columns
WHERE table_schema = 'marts' AND table_name = $table AND column_name = $column
