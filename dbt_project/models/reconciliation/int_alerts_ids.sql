{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

-- of all datasets together, since nobody knows whose an id of the pixel alone is; whether Meta accepted the conversion
-- does not matter either: an outage of the sending is another alarm
with daily as (
    select
        event_name,
        day,
        sum(browser_events) as browser_events,
        sum(same_id_events + late_events + browser_told_events) as shared
    from {{ ref('meta_conversions', 'deduplication_daily') }}
    where
        day >= cast({{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * 10) }} as date)
        and day < cast({{ meta_conversions.reconciled_at() }} as date)
    group by event_name, day
),

-- the newest day of the warehouse may be half loaded, unless the next one has begun to come in as well
loaded as (
    select
        event_name,
        max(cast(event_time as date)) as newest_day
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
    where is_modelled and event_time <= {{ meta_conversions.reconciled_at() }}
    group by event_name
),

ranked as (
    select
        daily.*,
        row_number() over (partition by daily.event_name order by daily.day desc) as recency
    from daily
    inner join loaded on daily.event_name = loaded.event_name and daily.day < loaded.newest_day
),

compared as (
    select
        later.event_name,
        later.day,
        later.browser_events,
        later.browser_events - later.shared as without_partner,
        100.0 * later.shared / nullif(later.browser_events, 0) as shared_percent,
        100.0 * sum(earlier.shared) / nullif(sum(earlier.browser_events), 0) as shared_before
    from ranked as later
    inner join ranked as earlier
        on
            later.event_name = earlier.event_name
            and later.day > earlier.day
            and earlier.day >= {{ meta_conversions.plus_hours('later.day', -24 * 7) }}
    where later.recency = 1 and later.browser_events >= {{ var('meta_conversions_alarm_fewest_events') }}
    group by later.event_name, later.day, later.browser_events, later.shared
)

select
    'id_match_fell' as alarm,
    '' as dataset_key,
    event_name,
    'none' as currency,
    '' as subject,
    cast(without_partner as bigint) as events,
    cast(null as decimal(18, 4)) as amount,
    'Of the pixel''s events of ' || cast(day as varchar) || ', '
    || cast(cast(shared_percent as decimal(18, 0)) as varchar)
    || ' % have an event_id that the warehouse has too ('
    || cast(cast(shared_before as decimal(18, 0)) as varchar) || ' % the week before).' as what_happened
from compared
-- a share of few events swings by chance: a drop is more than three standard errors of it
where
    shared_before - shared_percent > cast({{ var('meta_conversions_tolerance_id_match_drop') }} as decimal(18, 4))
    and shared_before - shared_percent > 3 * sqrt(greatest(shared_before * (100 - shared_before), 0) / browser_events)
