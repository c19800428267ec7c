{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with deliveries as (
    select
        *,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(value, 0) as amount
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
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
        || '{{ var("meta_conversions_alarm_hours_to_deadline") }} hours, the first at '
        || cast(min(deadline_at) as varchar)
        || ' UTC.' as what_happened
    from deliveries
    where
        {{ meta_conversions.is_on_its_way('standing') }}
        and is_modelled
        and deadline_at <= {{ meta_conversions.plus_hours(
            meta_conversions.reconciled_at(), var('meta_conversions_alarm_hours_to_deadline')
        ) }}
    group by 1, 2, 3, 4
),

-- the ledger's last acceptance: what is tried and never accepted has not arrived. Without one, the first try counts
acceptances as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        coalesce(max(case when outcome = 'accepted' then settled_at end), min(sending_at)) as nothing_since
    from {{ source('meta_conversions_ledger', 'record_outcomes') }}
    group by 1
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
        cast(count(*) as varchar) || ' events are owed and Meta accepted nothing since '
        || max(cast(acceptances.nothing_since as varchar)) || ' UTC.' as what_happened
    from deliveries
    inner join acceptances on deliveries.dataset_key = acceptances.dataset_key
    where
        deliveries.standing = 'owed'
        and deliveries.is_modelled
        and acceptances.nothing_since < {{ meta_conversions.plus_hours(
            meta_conversions.reconciled_at(), -1 * var('meta_conversions_alarm_hours_without_sending')
        ) }}
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
        or (standing <> 'accepted' and error_subcode = 2804004)
    group by 1, 2, 3, 4
),

versions as (
    {{ meta_conversions.api_version_ends() }}
),

last_runs as (
    select
        api_version,
        row_number() over (order by run_no desc) as recency
    from {{ source('meta_conversions_ledger', 'sync_runs') }}
    where phase = 'started' and mode = 'live'
),

api_version_ending as (
    select
        'api_version_ending' as alarm,
        '' as dataset_key,
        'all' as event_name,
        'none' as currency,
        versions.subject,
        cast(null as bigint) as events,
        cast(null as decimal(18, 4)) as amount,
        versions.words || versions.how_surely
        || 'until ' || cast(cast(versions.ends_at as date) as varchar) || '.' as what_happened
    from last_runs
    inner join versions on last_runs.api_version = versions.api_version
    where
        last_runs.recency = 1
        and versions.ends_at < {{ meta_conversions.plus_hours(
            meta_conversions.reconciled_at(), 24 * var('meta_conversions_alarm_days_to_version_end')
        ) }}
)

select * from about_to_expire
union all
select * from nothing_sent
union all
select * from clock_skew
union all
select * from api_version_ending
