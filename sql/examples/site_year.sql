SELECT year, name, consumption_kwh, billed_kwh, billed_eur, claimed_eur FROM marts.site_year ORDER BY billed_eur DESC
