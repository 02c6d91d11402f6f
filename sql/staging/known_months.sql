-- Months of which something was computed or concluded: what a file that may change any month touches.
SELECT month FROM computed.operation_period
UNION
SELECT month FROM marts.invoice_reconciliation
UNION
SELECT month FROM marts.bill_check
UNION
SELECT month FROM marts.finding WHERE month IS NOT NULL
