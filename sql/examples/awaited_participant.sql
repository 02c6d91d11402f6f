SELECT operation_id, connection_request, role, name, declared_on FROM marts.awaited_participant ORDER BY declared_on
