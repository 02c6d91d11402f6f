-- Names of the points: the site's in the supplier's list, else the holder's.
WITH listed AS (SELECT prm, any_value(name ORDER BY supplier) AS name FROM marts.site WHERE prm IS NOT NULL GROUP BY prm),
held AS (SELECT prm, arg_max(name, valid_from) AS name FROM marts.participant GROUP BY prm)
SELECT prm, coalesce(listed.name, held.name) AS name
FROM listed
FULL JOIN held USING (prm)
WHERE coalesce(listed.name, held.name) IS NOT NULL
ORDER BY prm
