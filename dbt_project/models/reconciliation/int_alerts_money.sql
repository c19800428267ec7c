{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with daily as (
    select
        *,
        coalesce(dataset_id, '') as dataset_key
    from {{ ref('meta_conversions', 'reconciliation_daily') }}
),

unexplained as (
    select
        'unexplained_money' as alarm,
        dataset_key,
        event_name,
        currency,
        '' as subject,
        sum(short_events) as events,
        sum(short_value) as amount,
        'Days that do not add up to what the sources hold: ' || cast(count(*) as varchar) || ', the first of them '
        || coalesce(cast(min(day) as varchar), 'without a date') || '.' as what_happened
    from daily
    where comparison = 'warehouse_to_stages' and verdict = 'unexplained'
    group by dataset_key, event_name, currency
),

week as (
    select
        dataset_key,
        event_name,
        currency,
        sum(from_events) as eligible_events,
        sum(from_value) as eligible_value,
        sum(short_events) as lost_events,
        sum(short_value) as lost_value
    from daily
    where
        comparison = 'eligible_to_accepted'
        and day >= cast({{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * 13) }} as date)
    group by dataset_key, event_name, currency
),

revenue_gap as (
    select
        'revenue_gap' as alarm,
        dataset_key,
        event_name,
        currency,
        '' as subject,
        lost_events as events,
        lost_value as amount,
        cast(cast(lost_events as bigint) as varchar) || ' of ' || cast(cast(eligible_events as bigint) as varchar)
        || ' eligible events of the last 14 days are lost: expired, rejected or invalid.' as what_happened
    from week
    where
        lost_value > cast({{ var('meta_conversions_tolerance_lost') }} as decimal(18, 4)) * eligible_value
        or (
            lost_events > cast({{ var('meta_conversions_tolerance_lost') }} as decimal(18, 4)) * eligible_events
            and eligible_events >= {{ var('meta_conversions_alarm_fewest_events') }}
        )
),

held as (
    select
        coalesce(dataset_id, '') as dataset_key,
        event_name,
        currency,
        sum(events) as held_events,
        sum(value) as held_value
    from {{ ref('meta_conversions', 'revenue_waterfall') }}
    where
        stage = 'held'
        and day >= cast({{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * 13) }} as date)
    group by coalesce(dataset_id, ''), event_name, currency
),

held_for_a_person as (
    select
        'held_for_a_person' as alarm,
        week.dataset_key,
        week.event_name,
        week.currency,
        '' as subject,
        held.held_events as events,
        held.held_value as amount,
        cast(cast(held.held_events as bigint) as varchar) || ' events are held: Meta may have them.' as what_happened
    from week
    inner join held
        on
            week.dataset_key = held.dataset_key
            and week.event_name = held.event_name
            and week.currency = held.currency
    where
        held.held_value > cast({{ var('meta_conversions_tolerance_held') }} as decimal(18, 4)) * week.eligible_value
        or (
            held.held_events
            > cast({{ var('meta_conversions_tolerance_held') }} as decimal(18, 4)) * week.eligible_events
            and week.eligible_events >= {{ var('meta_conversions_alarm_fewest_events') }}
        )
),

not_counted as (
    select
        'not_counted_by_meta' as alarm,
        dataset_key,
        event_name,
        currency,
        '' as subject,
        sum(short_events) as events,
        cast(null as decimal(18, 4)) as amount,
        'Meta accepted ' || cast(cast(sum(short_events) as bigint) as varchar)
        || ' more events than it counts. Days on which it did: ' || cast(count(*) as varchar) || ', the last of them '
        || cast(max(day) as varchar) || '.' as what_happened
    from daily
    where comparison = 'accepted_to_received' and verdict = 'unexplained'
    group by dataset_key, event_name, currency
)

select * from unexplained
union all
select * from revenue_gap
union all
select * from held_for_a_person
union all
select * from not_counted
