"""Reports that people open: HTML page and workbook per operation and month."""
