-- Operations: first day, post code, and addresses of recipients that are no address.
SELECT
    operation_id,
    date_diff('day', DATE '2017-04-30', start_date) AS days_since_the_decree,
    post_code,
    len(list_filter(
        flatten(json_extract(recipients, '$.*')::VARCHAR[][]), lambda address: address NOT SIMILAR TO '[^@\s]+@[^@\s]+\.[^@\s]+'
    )) AS wrong_addresses
FROM marts.operation
