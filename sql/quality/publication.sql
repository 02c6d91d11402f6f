-- The publication itself.
SELECT run_id, pipeline_version, duckdb_version FROM marts.publication
