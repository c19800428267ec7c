{{ config(tags=['reconciliation'], group='reconciliation', access='public') }}

with warehouse_revenue as (
    select * from {{ ref('int_warehouse_revenue') }}
),

deliveries as (
    select * from {{ ref('conversion_deliveries') }}
),

counted as (
    select
        event_day,
        cast(null as varchar) as dataset_id,
        event_name,
        currency,
        'warehouse_revenue' as place,
        cast(null as varchar) as reason,
        events,
        amount
    from warehouse_revenue
),

placed as (
    -- what is no longer in the warehouse is no part of its revenue: it stands beside the waterfall, not in it
    select
        cast(event_time as date) as event_day,
        dataset_id,
        event_name,
        currency,
        case when is_modelled then standing else 'no_longer_modelled' end as place,
        case when is_modelled then standing_reason else state end as reason,
        count(*) as events,
        sum(coalesce(value, 0)) as amount
    from deliveries
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
        dataset_id,
        event_name,
        currency,
        'unexplained' as place,
        cast(null as varchar) as reason,
        sum(case when place = 'warehouse_revenue' then events else -events end) as events,
        sum(case when place = 'warehouse_revenue' then amount else -amount end) as amount
    from stages
    where place <> 'no_longer_modelled'
    group by 1, 2, 3, 4
    having
        sum(case when place = 'warehouse_revenue' then events else -events end) <> 0
        or sum(case when place = 'warehouse_revenue' then amount else -amount end) <> 0
),

waterfall as (
    select * from stages
    union all
    select * from unexplained
)

-- the names of the contract are keywords in some engine
select
    event_day as day,  -- noqa: RF04
    dataset_id,
    cast(event_name as varchar) as event_name,
    cast(coalesce(currency, 'none') as varchar) as currency,
    cast(place as varchar) as stage,  -- noqa: RF04
    cast(reason as varchar) as reason,
    cast(events as bigint) as events,
    cast(amount as decimal(18, 4)) as value  -- noqa: RF04
from waterfall
