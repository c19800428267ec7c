-- name: warehouse_clock
-- The clock by which leases run out.
select {utc_now} as now

-- name: datasets_to_send
-- The datasets of rows that can still be sent; null is the default one.
select distinct coalesce(dataset_id, '') as dataset_key
from {events} as events
where deadline_at > :now
order by dataset_key

-- name: pixel_log
-- Website conversions since then: how many there are, how many the browser's log has too, and how many may go after
-- Meta has forgotten the browser's copy.
select
    count(*) as events,
    count(pixel_event_time) as with_copy,
    coalesce(sum(case when deadline_at > event_time + interval '48 hours' then 1 else 0 end), 0) as sent_late
from {conversions}
where action_source = 'website' and is_eligible and event_time > cast(:since as timestamp)

-- name: schemas_of_events
-- The schemas that hold a relation of that name (lower case) with the columns that only an events relation has.
select table_schema
from information_schema.columns
where lower(table_name) = :relation_name and lower(column_name) in ('payload', 'payload_hash', 'deadline_at')
group by table_schema
having count(*) = 3
order by table_schema

-- name: relations_of_others
-- Relations in the dbt package's schemas that have the name of one of ours and do not carry the package's mark.
select schema_name, relation_name
from {comments}
where
    lower(schema_name) in :schemas
    and lower(relation_name) in :names
    and coalesce(comment, '') not like :mark
order by schema_name, relation_name
