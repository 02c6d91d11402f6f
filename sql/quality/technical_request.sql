-- Requests: days to the appointment.
SELECT supplier, request_id, date_diff('day', requested_on, appointment_on) AS days_to_the_appointment
FROM marts.technical_request
