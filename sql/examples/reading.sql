SELECT site_id, register, read_on, index_value FROM marts.reading ORDER BY site_id, register, read_on
