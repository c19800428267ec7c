{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with owed as (
    select
        *,
        (
            {{ meta_conversions.epoch_seconds('deadline_at') }}
            - {{ meta_conversions.epoch_seconds(meta_conversions.reconciled_at()) }}
        ) / 3600 as hours_left
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
    where {{ meta_conversions.is_on_its_way('standing') }} and is_modelled
),

bucketed as (
    select
        *,
        case
            when hours_left < 1 then 1
            when hours_left < 6 then 6
            when hours_left < 24 then 24
            when hours_left < 72 then 72
            else 9999
        end as hours_until
    from owed
),

at_risk as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        coalesce(currency, 'none') as currency,
        hours_until,
        min(deadline_at) as earliest_deadline_at,
        count(*) as events,
        sum(coalesce(value, 0)) as amount
    from bucketed
    group by 1, 2, 3, 4
)

select
    cast(nullif(dataset_key, '') as varchar) as dataset_id,
    cast(event_name as varchar) as event_name,
    cast(currency as varchar) as currency,
    cast(case hours_until
        when 1 then 'under 1 hour' when 6 then '1 to 6 hours' when 24 then '6 to 24 hours'
        when 72 then '24 to 72 hours' else '72 hours and more'
    end as varchar) as time_left,
    cast(nullif(hours_until, 9999) as integer) as hours_until,
    earliest_deadline_at,
    cast(events as bigint) as events,
    cast(amount as decimal(18, 4)) as value  -- noqa: RF04
from at_risk
