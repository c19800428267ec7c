{{ config(tags=['reconciliation'], group='reconciliation') }}

with deliveries as (
    select
        *,
        {{ dataset_key('dataset_id') }} as dataset_key,
        coalesce(value, 0) as amount
    from {{ ref('conversion_deliveries') }}
),

about_to_expire as (
    select
        'about_to_expire' as alarm,
        dataset_key,
        event_name,
        coalesce(currency, 'none') as currency,
        '' as subject,
        count(*) as events,
        sum(amount) as amount,
        cast(count(*) as varchar) || ' owed events expire within '
        || '{{ var("alarm_hours_to_deadline") }} hours, the first at ' || cast(min(deadline_at) as varchar)
        || ' UTC.' as what_happened
    from deliveries
    where
        standing = 'owed'
        and is_modelled
        and deadline_at <= {{ plus_hours(reconciled_at(), var('alarm_hours_to_deadline')) }}
    group by 1, 2, 3, 4
),

-- the ledger's last mark, whatever it was for: not the last of what is still reconciled
sendings as (
    select max(sending_at) as last_sent_at from {{ source('delivery', 'record_outcomes') }}
),

nothing_sent as (
    select
        'nothing_sent' as alarm,
        deliveries.dataset_key,
        deliveries.event_name,
        coalesce(deliveries.currency, 'none') as currency,
        '' as subject,
        count(*) as events,
        sum(deliveries.amount) as amount,
        cast(count(*) as varchar) || ' events are owed and nothing was sent since '
        || max(cast(sendings.last_sent_at as varchar)) || ' UTC.' as what_happened
    from deliveries
    cross join sendings
    where
        deliveries.standing = 'owed'
        and deliveries.is_modelled
        and deliveries.standing_reason not in ('not_due', 'missing_from_events')
        and sendings.last_sent_at < {{ plus_hours(reconciled_at(), -1 * var('alarm_hours_without_sending')) }}
    group by 1, 2, 3, 4
),

-- an answer does not tell Meta's time: a wrong clock shows by events of the future
clock_skew as (
    select
        'clock_skew' as alarm,
        dataset_key,
        event_name,
        coalesce(currency, 'none') as currency,
        '' as subject,
        count(*) as events,
        sum(amount) as amount,
        cast(count(*) as varchar) || ' events were sent before they happened, or refused by Meta as events of the '
        || 'future (subcode 2804004).' as what_happened
    from deliveries
    where
        (standing = 'accepted' and latency_seconds < -60)
        or (standing = 'rejected' and error_subcode = 2804004)
    group by 1, 2, 3, 4
)

select * from about_to_expire
union all
select * from nothing_sent
union all
select * from clock_skew
