{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

-- what the warehouse holds back, the browser may have told: of a week, so that it ends when the pixel has learnt
with told as (
    select
        sum(copies) as events,
        count(distinct person_key) as people
    from {{ ref('meta_conversions', 'int_pixel_events_suppressed') }}
    where last_at >= {{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * 7) }}
)

select
    'pixel_told_of_suppressed' as alarm,
    '' as dataset_key,
    'all' as event_name,
    'none' as currency,
    '' as subject,
    events,
    cast(null as decimal(18, 4)) as amount,
    'In the last 7 days the browser''s pixel told Meta of ' || cast(people as varchar)
    || ' people on the suppression list, in ' || cast(events as varchar) || ' events.' as what_happened
from told
where events > 0
