{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_modelling', access='protected') }}

with refunds as (
    {% for source in var('meta_conversions_refund_sources') -%}
        select
            '{{ source }}' as refund_source,
            refunds_of_source.*
        from {{ meta_conversions.source_model('int_refunds', source) }} as refunds_of_source
        {{ 'union all' if not loop.last }}
    {% else -%}
        select
            cast(null as varchar) as refund_source,
            {{ meta_conversions.refund_columns(
                refund_id='null', order_id='null', refunded_at='null', amount='null', currency='null'
            ) }}
        where 1 = 0
    {% endfor %}
),

-- what has no order number is known by its source's own key
keyed as (
    select
        coalesce(order_id, source_id) as order_key,
        dataset_id,
        event_name,
        event_id,
        event_time,
        source_system,
        case when event_name = 'Purchase' then 0 else 1 end as rank_of_name
    from {{ ref('meta_conversions', 'conversions') }}
    where
        (value is not null or event_name = 'Purchase')
        and coalesce(order_id, source_id) in (select refunds.order_id from refunds)
),

-- a key may stand in two sources: a purchase, and the shop's, goes first where the refund does not say whose it is
orders as (
    select
        *,
        row_number() over (
            partition by order_key
            order by
                rank_of_name, case when source_system = 'shop' then 0 else 1 end, source_system, event_time, event_id
        ) as place,
        row_number() over (
            partition by order_key, source_system order by rank_of_name, event_time, event_id
        ) as place_in_source
    from keyed
),

-- the day is the order's, so that what is left of a day's revenue can be told; Meta takes no refunds back
dated as (
    select
        refunds.refund_source,
        refunds.refund_id,
        {{ meta_conversions.dataset_key('orders.dataset_id') }} as dataset_key,
        coalesce(orders.event_name, 'Purchase') as event_name,
        orders.event_id,
        coalesce(orders.event_time, refunds.refunded_at) as event_time,
        refunds.refunded_at,
        orders.order_key is not null as is_of_known_order,
        refunds.currency,
        refunds.amount
    from refunds
    left join orders
        on
            refunds.order_id = orders.order_key
            and (
                (refunds.source_system is null and orders.place = 1)
                or (refunds.source_system = orders.source_system and orders.place_in_source = 1)
            )
),

reconciled as (
    select * from dated
    where {{ meta_conversions.is_reconciled('event_time') }}
)

select * from reconciled
