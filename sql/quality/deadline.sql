-- Deadlines: days from the end of the period, day on which one was met beside the decision.
SELECT
    operation_id, kind, due_on, period_start,
    date_diff('day', period_end, due_on) AS days_after_the_period,
    CASE WHEN done THEN coalesce(date_diff('day', period_start, done_on), -9999) END AS days_to_the_first_file
FROM marts.deadline
