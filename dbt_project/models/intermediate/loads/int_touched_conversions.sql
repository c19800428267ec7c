{{ config(enabled=meta_conversions.reads_by_load()) }}

{%- set nothing = meta_conversions.unless_loaded() %}
with changed as (

    select * from {{ ref('meta_conversions', 'int_changed_conversions') }}

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

-- What they are made of beside their own rows: sessions, customers, the pixel's copies.
parts as (

    select
        cast(null as varchar) as session_id,
        cast(null as varchar) as customer_id,
        cast(null as varchar) as user_id,
        event_id
    from purchases
    where {{ meta_conversions.is_changed([('order_id', 'shop')], 'changed') }}
    {%- for entity, kind, from, id, columns in [
        ('shop', 'orders', ref('meta_conversions', 'stg_shop__orders'), 'order_id', 'session_id customer_id - order_id'),
        ('web', 'web_events', 'web_events', 'repeated_id', 'session_id - user_id repeated_id'),
        ('app', 'app_events', none, 'app_event_id', '- customer_id user_id event_id'),
        ('messaging', 'messaging_events', none, 'messaging_event_id', '- customer_id - event_id'),
        ('subscriptions', 'subscription_events', none, 'subscription_event_id', 'session_id customer_id - event_id'),
    ] if meta_conversions.has_kind(kind) %}
        union all
        select {{ columns | replace(' ', ', ') | replace('-', 'cast(null as varchar)') }}
        from {{ from or ref('meta_conversions', 'stg_' ~ entity ~ '__events') }}
        where {{ meta_conversions.is_changed([(id, entity)], 'changed') }}
    {%- endfor %}

),

visitors as (

    select
        customer_id,
        user_id
    from {{ ref('meta_conversions', 'stg_web__sessions') }}
    where session_id in (select parts.session_id from parts)

),

touched as (

    select
        entity,
        id
    from changed
    {%- for entity, id, from in [
        ('session', 'session_id', 'parts'), ('event', 'event_id', 'parts'),
        ('customer', 'customer_id', 'parts'), ('customer', 'user_id', 'parts'),
        ('customer', 'customer_id', 'visitors'), ('customer', 'user_id', 'visitors'),
    ] %}
        union distinct
        select
            '{{ entity }}' as entity,
            {{ id }} as id
        from {{ from }}
    {%- endfor %}
    union distinct
    select
        'purchase' as entity,
        id
    from changed
    where entity = 'shop'
    union distinct
    select
        'purchase' as entity,
        order_id as id
    from purchases
    where
        event_id in (
            select sharing.event_id from purchases as sharing
            where {{ meta_conversions.is_changed([('sharing.order_id', 'shop')], 'changed') }}
        )

)

select
    cast(entity as varchar) as entity,
    cast(id as varchar) as id
from touched
where id is not null
