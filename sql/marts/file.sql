-- Every file that came, with what became of it.
SELECT * FROM landing.file ORDER BY path, file_id
