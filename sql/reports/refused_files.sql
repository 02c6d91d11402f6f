-- Number of files that stay refused, of all operations and periods or of none.
SELECT count(*) AS files FROM marts.file WHERE status = 'quarantined'
