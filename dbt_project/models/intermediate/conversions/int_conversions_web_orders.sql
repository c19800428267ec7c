with orders as (

    select * from {{ ref('stg_shop__orders') }}

),

web_events as (

    select * from {{ ref('int_order_web_events') }}

),

contents as (

    select * from {{ ref('int_order_contents') }}

),

conversions as (

    select
        'shop' as source_system,
        cast(null as varchar) as dataset_id,
        'Purchase' as event_name,
        coalesce(web_events.event_id, orders.order_id) as event_id,
        orders.ordered_at as event_time,
        cast(null as timestamp) as earliest_event_time,
        'website' as action_source,
        {{ kept_url('web_events.page_url') }} as page_url,
        {{ kept_url('web_events.referrer_url') }} as referrer_url,
        orders.order_id,
        cast(null as varchar) as item_number,
        cast({{ purchase_value() }} as decimal(18, 4)) as value,
        orders.currency,
        cast(orders.subtotal - coalesce(orders.discount, 0) - orders.cost_of_goods as decimal(18, 4)) as net_revenue,
        cast(null as decimal(18, 4)) as predicted_ltv,
        contents.num_items,
        case when contents.contents is not null then 'product' end as content_type,
        contents.contents,
        cast(null as varchar) as lead_event_source,
        cast(null as varchar) as lead_id,
        cast(null as varchar) as dropped,
        'order:' || orders.order_id as identity_id,
        'customer:' || orders.customer_id as customer_identity_id,
        orders.session_id,
        orders.is_test,
        coalesce(orders.order_status in ({{ quoted(var('paid_statuses')) }}), false) as is_paid,
        cast(null as boolean) as opt_out,
        orders.updated_at
    from orders
    left join web_events on orders.order_id = web_events.order_id
    left join contents on orders.order_id = contents.order_id

)

select * from conversions
