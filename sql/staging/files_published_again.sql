-- Curve files of the periods (`periods_of_month`) of whose point, series and period several files speak.
SELECT file.operation_id, file.file_id
FROM landing.file AS file
INNER JOIN periods_of_month AS period
    ON period.operation_id = file.operation_id
    AND file.period_start <= period.period_end
    AND file.period_end >= period.period_start
WHERE file.kind = 'curve' AND file.status IN ('loaded', 'superseded') AND file.prm IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY file.operation_id, period.period_start, file.prm, file.series) > 1
