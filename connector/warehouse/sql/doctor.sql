-- name: warehouse_clock
-- The clock by which leases run out.
select {utc_now} as now

-- name: datasets_to_send
-- The datasets of rows that can still be sent; null is the default one.
select distinct coalesce(dataset_id, '') as dataset_key
from {events} as events
where deadline_at > :now
order by dataset_key
