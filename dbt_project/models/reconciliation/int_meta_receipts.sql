{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with pulls as (
    select
        pulled_at,
        {{ meta_conversions.dataset_key('subject_id') }} as dataset_key,
        covers_from,
        covers_until
    from {{ source('meta_conversions_meta', 'meta_pulls') }}
    where figure = 'event_stats' and problem is null
),

counted as (
    select
        pulled_at,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        {{ meta_conversions.utc_of_zone(
            'hour_start', "'" ~ var('meta_conversions_meta_stats_time_zone') ~ "'"
        ) }} as hour_start,
        sum(events) as received
    from {{ source('meta_conversions_meta', 'meta_event_stats') }}
    where event_source = 'SERVER'
    group by 1, 2, 3, 4
),

-- Meta receives between the mark and the answer: an accepted record counts in the hour in which it was settled
records as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        coalesce(settled_at, sending_at) as told_at,
        date_trunc('hour', coalesce(settled_at, sending_at)) as hour_start,
        case when outcome = 'accepted' then 1 else 0 end as accepted,
        case when outcome = 'accepted' then 0 else 1 end as uncertain
    from {{ source('meta_conversions_ledger', 'record_outcomes') }}
    where outcome in ('accepted', 'unconfirmed') or (outcome is null and sending_at is not null)
),

hours as (
    select
        dataset_key,
        event_name,
        hour_start
    from counted
    union
    select
        dataset_key,
        event_name,
        hour_start
    from records
),

-- the newest pull that covers an hour knows best; an hour that none covers is not known, not zero
newest as (
    select
        hours.dataset_key,
        hours.event_name,
        hours.hour_start,
        max(pulls.pulled_at) as pulled_at
    from hours
    inner join pulls
        on
            hours.dataset_key = pulls.dataset_key
            and hours.hour_start >= pulls.covers_from
            and hours.hour_start < pulls.covers_until
    where {{ meta_conversions.is_reconciled('hours.hour_start') }}
    group by 1, 2, 3
),

covered as (
    select
        newest.*,
        least({{ meta_conversions.plus_hours('newest.hour_start', 1) }}, pulls.covers_until) as covered_until
    from newest
    inner join pulls on newest.dataset_key = pulls.dataset_key and newest.pulled_at = pulls.pulled_at
),

ours as (
    select
        covered.dataset_key,
        covered.event_name,
        covered.hour_start,
        sum(records.accepted) as accepted,
        sum(records.uncertain) as uncertain
    from covered
    inner join records
        on
            covered.dataset_key = records.dataset_key
            and covered.event_name = records.event_name
            and covered.hour_start = records.hour_start
            and covered.covered_until > records.told_at
    group by 1, 2, 3
),

receipts as (
    select
        covered.dataset_key,
        covered.event_name,
        covered.hour_start,
        covered.covered_until,
        covered.pulled_at,
        coalesce(ours.accepted, 0) as accepted,
        coalesce(ours.uncertain, 0) as uncertain,
        coalesce(counted.received, 0) as received,
        covered.pulled_at
        < {{ meta_conversions.plus_hours('covered.covered_until', var('meta_conversions_meta_stats_lag_hours')) }}
            as is_arriving
    from covered
    left join counted
        on
            covered.dataset_key = counted.dataset_key
            and covered.event_name = counted.event_name
            and covered.hour_start = counted.hour_start
            and covered.pulled_at = counted.pulled_at
    left join ours
        on
            covered.dataset_key = ours.dataset_key
            and covered.event_name = ours.event_name
            and covered.hour_start = ours.hour_start
)

select * from receipts
