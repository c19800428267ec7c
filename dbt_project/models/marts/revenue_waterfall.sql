{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with warehouse_revenue as (
    select * from {{ ref('meta_conversions', 'int_warehouse_revenue') }}
),

deliveries as (
    select
        *,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
),

stages_beside as (
    select * from {{ ref('meta_conversions', 'int_waterfall_memo_stages') }}
),

counted as (
    select
        event_day,
        coalesce(dataset_key, '') as dataset_key,
        event_name,
        currency,
        'warehouse_revenue' as place,
        cast(null as varchar) as reason,
        events,
        amount
    from warehouse_revenue
),

placed as (
    select
        cast(event_time as date) as event_day,
        dataset_key,
        event_name,
        currency,
        standing as place,
        standing_reason as reason,
        count(*) as events,
        sum(coalesce(value, 0)) as amount
    from deliveries
    where is_modelled
    group by 1, 2, 3, 4, 5, 6
),

stages as (
    select * from counted
    union all
    select * from placed
),

unexplained as (
    select
        event_day,
        dataset_key,
        event_name,
        currency,
        'unexplained' as place,
        cast(null as varchar) as reason,
        sum(case when place = 'warehouse_revenue' then events else -events end) as events,
        sum(case when place = 'warehouse_revenue' then amount else -amount end) as amount
    from stages
    group by 1, 2, 3, 4
    having
        sum(case when place = 'warehouse_revenue' then events else -events end) <> 0
        or sum(case when place = 'warehouse_revenue' then amount else -amount end) <> 0
),

waterfall as (
    select
        *,
        'event' as day_basis,
        false as is_beside
    from stages
    union all
    select
        *,
        'event' as day_basis,
        false as is_beside
    from unexplained
    union all
    select
        event_day,
        dataset_key,
        event_name,
        currency,
        place,
        reason,
        events,
        amount,
        day_basis,
        true as is_beside
    from stages_beside
)

-- the names of the contract are keywords in some engine
select
    event_day as day,  -- noqa: RF04
    cast(nullif(dataset_key, '') as varchar) as dataset_id,
    cast(event_name as varchar) as event_name,
    cast(coalesce(currency, 'none') as varchar) as currency,
    cast(place as varchar) as stage,  -- noqa: RF04
    cast(reason as varchar) as reason,
    cast(events as bigint) as events,
    cast(amount as decimal(18, 4)) as value,  -- noqa: RF04
    cast(day_basis as varchar) as day_basis,
    is_beside
from waterfall
