-- Files of Enedis that tell what a supplier may bill: the complement, else what it is the rest of.
SELECT prm, series, period_start, period_end, path
FROM marts.file
WHERE kind = 'curve'
  AND status = 'loaded'
  AND prm IS NOT NULL
  AND series IN ('complement', 'consumption', 'self_consumption')
ORDER BY prm, period_start, list_position(['complement', 'consumption', 'self_consumption'], series), path
