-- Findings to claim: established, of a supplier or of Enedis, with the name of the site and its holder.
WITH listed AS (SELECT prm, any_value(name ORDER BY supplier) AS name FROM marts.site WHERE prm IS NOT NULL GROUP BY prm),
held AS (SELECT prm, arg_max(name, valid_from) AS name FROM marts.participant WHERE role = 'consumer' GROUP BY prm)
SELECT
  finding.finding_id, finding.check_name, finding.party, finding.supplier, finding.operation_id, finding.month,
  finding.prm, finding.invoice_number, finding.detail_id, finding.period_start, finding.period_end, finding.expected,
  finding.observed, finding.unit, finding.amount_eur, finding.amount_ttc_eur,
  CAST(finding.evidence AS VARCHAR) AS evidence, finding.message, coalesce(listed.name, held.name) AS site_name,
  held.name AS holder
FROM marts.finding AS finding
LEFT JOIN listed USING (prm)
LEFT JOIN held USING (prm)
WHERE finding.severity = 'error'
  AND (
    finding.party = 'supplier' AND coalesce(finding.amount_eur, finding.amount_ttc_eur, 1) > 0
    OR finding.party = 'enedis' AND finding.check_name = 'published_split_differs'
  )
  AND ($operations IS NULL OR finding.operation_id IN $operations)
  AND ($supplier IS NULL OR finding.supplier = $supplier)
  AND ($party IS NULL OR finding.party = $party)
  AND ($first IS NULL OR finding.month BETWEEN $first AND $last)
ORDER BY
  finding.supplier, finding.period_start, finding.invoice_number, finding.prm, finding.detail_id, finding.finding_id
