-- Name of the site of each point, as the suppliers' lists give it.
SELECT prm, any_value(name ORDER BY supplier) AS name
FROM marts.site
WHERE prm IS NOT NULL AND name IS NOT NULL
GROUP BY prm
ORDER BY prm
