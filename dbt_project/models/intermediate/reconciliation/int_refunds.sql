{{ config(tags=['reconciliation'], group='meta_conversions_modelling', access='protected') }}

with refunds as (
    select * from {{ ref('meta_conversions', 'stg_shop__refunds') }}
),

orders as (
    select
        order_id,
        dataset_id,
        event_id,
        event_time
    from {{ ref('meta_conversions', 'conversions') }}
    where event_name = 'Purchase' and source_system = 'shop'
),

-- the day is the order's, so that what is left of a day's revenue can be told; Meta takes no refunds back
dated as (
    select
        refunds.refund_id,
        {{ meta_conversions.dataset_key('orders.dataset_id') }} as dataset_key,
        'Purchase' as event_name,
        orders.event_id,
        coalesce(orders.event_time, refunds.refunded_at) as event_time,
        refunds.refunded_at,
        orders.order_id is not null as is_of_known_order,
        refunds.currency,
        refunds.amount
    from refunds
    left join orders on refunds.order_id = orders.order_id
),

reconciled as (
    select * from dated
    where {{ meta_conversions.is_reconciled('event_time') }}
)

select * from reconciled
