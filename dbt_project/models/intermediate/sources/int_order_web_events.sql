-- Which of two of one moment comes first nothing says: were it the engine's choice, an order might change its event_id.
with purchases as (

    select
        order_id,
        coalesce(occurred_at, cast('9000-01-01' as timestamp)) as occurred_at,
        min(event_id) as event_id,
        min(nullif(page_url, '')) as page_url,
        min(nullif(referrer_url, '')) as referrer_url
    from {{ ref('meta_conversions', 'stg_web__events') }}
    where
        event_name = 'Purchase'
        and order_id is not null
    group by order_id, coalesce(occurred_at, cast('9000-01-01' as timestamp))

),

orders as (

    select
        order_id,
        {{ meta_conversions.first_present('event_id', 'occurred_at') }} as event_id,
        {{ meta_conversions.first_present('page_url', 'occurred_at') }} as page_url,
        {{ meta_conversions.first_present('referrer_url', 'occurred_at') }} as referrer_url
    from purchases
    group by order_id

),

claims as (

    select
        event_id,
        min(order_id) as order_id
    from orders
    group by event_id

),

-- An event_id that two orders claim would hide one order's money behind the other's: the second keeps its own.
claimed as (

    select
        orders.order_id,
        claims.event_id,
        orders.page_url,
        orders.referrer_url
    from orders
    left join claims
        on
            orders.event_id = claims.event_id
            and orders.order_id = claims.order_id

)

select * from claimed
