{{ config(enabled=meta_conversions.reads_by_load()) }}

-- depends_on: {{ ref('meta_conversions', 'int_loads') }}
{%- set kinds = 'orders customers sessions web_events leads lead_stages store_sales' %}
{%- set kinds = kinds ~ ' app_events messaging_events subscription_events' %}
with
{%- for kind in kinds.split() %}
    {{ 'loaded_' ~ kind }} as (

        {{ meta_conversions.loaded_rows(kind) }}

    ),
{%- endfor %}

-- Who a session belongs to is asked of sessions whenever they were loaded: an order may come after its session.
visits as (

    select session_id from loaded_orders
    union distinct
    select session_id from loaded_web_events
    union distinct
    select session_id from loaded_subscription_events

),

visitors as (

    select
        customer_id,
        user_id
    from {{ ref('meta_conversions', 'stg_web__sessions') }}
    where session_id in (select visits.session_id from visits)

),

touched as (

    {% for entity, id, from in [
        ('customer', 'customer_id', 'loaded_customers'),
        ('customer', 'customer_id', 'loaded_orders'),
        ('customer', 'customer_id', 'loaded_sessions'),
        ('customer', 'user_id', 'loaded_sessions'),
        ('customer', 'user_id', 'loaded_web_events'),
        ('customer', 'customer_id', 'visitors'),
        ('customer', 'user_id', 'visitors'),
        ('customer', 'customer_id', 'loaded_app_events'),
        ('customer', 'user_id', 'loaded_app_events'),
        ('customer', 'customer_id', 'loaded_messaging_events'),
        ('customer', 'customer_id', 'loaded_subscription_events'),
        ('shop', 'order_id', 'loaded_orders'),
        ('crm', 'crm_lead_id', 'loaded_leads'),
        ('crm', 'crm_lead_id', 'loaded_lead_stages'),
        ('stores', 'sale_id', 'loaded_store_sales'),
        ('messaging', 'messaging_event_id', 'loaded_messaging_events'),
    ] -%}
        select
            cast('{{ entity }}' as varchar) as entity,
            cast({{ id }} as varchar) as id
        from {{ from }}
        where {{ id }} is not null
        {{ 'union distinct' if not loop.last }}
    {% endfor %}
)

select * from touched
