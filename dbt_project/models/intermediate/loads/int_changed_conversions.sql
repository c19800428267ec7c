{{ config(enabled=meta_conversions.reads_by_load()) }}

-- depends_on: {{ ref('meta_conversions', 'int_changed_parts') }}
{%- set nothing = meta_conversions.unless_loaded() %}
{%- set order_keys = [('session_id', 'session'), ('customer_id', 'customer'), ('order_id', 'event')] %}
{%- set web_keys = [('session_id', 'session'), ('user_id', 'customer'), ('repeated_id', 'event')] %}
with parts as (

    select * from {{ ref('meta_conversions', 'int_changed_parts') }}

),

orders as (

    select * from {{ ref('meta_conversions', 'stg_shop__orders') }}
    {{ nothing }}

),

web_events as (

    select
        *,
        coalesce(event_id, web_event_id) as repeated_id
    from {{ ref('meta_conversions', 'stg_web__events') }}
    {{ nothing }}

),

purchases as (

    select
        order_id,
        event_id
    from web_events
    where event_name = 'Purchase' and order_id is not null

),

-- A person's sessions change with the person.
changed as (

    select
        entity,
        id
    from parts
    union distinct
    select
        'session' as entity,
        session_id as id
    from {{ ref('meta_conversions', 'stg_web__sessions') }}
    where {{ meta_conversions.is_changed([('customer_id', 'customer'), ('user_id', 'customer')], 'parts') }}

),

changed_orders as (

    select id as order_id from changed
    where entity = 'shop'
    union distinct
    select order_id from orders
    where {{ meta_conversions.is_changed(order_keys, 'changed') }}
    union distinct
    select order_id from purchases
    where {{ meta_conversions.is_changed([('event_id', 'event')], 'changed') }}

),

conversions as (

    select
        entity,
        id
    from changed
    where entity in ('web', 'crm', 'stores', 'app', 'messaging', 'subscriptions')
    union distinct
    select
        'shop' as entity,
        order_id as id
    from changed_orders
    union distinct
    -- of orders that share an event_id one keeps it: they are judged together
    select
        'shop' as entity,
        order_id as id
    from purchases
    where
        event_id in (
            select sharing.event_id from purchases as sharing
            where sharing.order_id in (select changed_orders.order_id from changed_orders)
        )
    union distinct
    select
        'web' as entity,
        repeated_id as id
    from web_events
    where {{ meta_conversions.is_changed(web_keys, 'changed') }}
    {%- for entity, kind, id, keys in [
        ('app', 'app_events', 'app_event_id', [('coalesce(customer_id, user_id)', 'customer')]),
        ('messaging', 'messaging_events', 'messaging_event_id', [('customer_id', 'customer')]),
        (
            'subscriptions', 'subscription_events', 'subscription_event_id',
            [('session_id', 'session'), ('customer_id', 'customer'), ('event_id', 'event')]
        ),
    ] if meta_conversions.has_kind(kind) %}
        union distinct
        select
            '{{ entity }}' as entity,
            {{ id }} as id
        from {{ ref('meta_conversions', 'stg_' ~ entity ~ '__events') }}
        where {{ meta_conversions.is_changed(keys, 'changed') }}
    {%- endfor %}

)

select
    cast(entity as varchar) as entity,
    cast(id as varchar) as id
from conversions
