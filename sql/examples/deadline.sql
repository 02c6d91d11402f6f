SELECT due_on, party, operation_id, title FROM marts.deadline WHERE done IS DISTINCT FROM true ORDER BY due_on
