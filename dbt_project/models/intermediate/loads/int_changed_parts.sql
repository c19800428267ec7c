{{ config(enabled=meta_conversions.reads_by_load()) }}

-- depends_on: {{ ref('meta_conversions', 'int_loads') }}
-- depends_on: {{ ref('meta_conversions', 'int_known_identities') }}
-- depends_on: {{ ref('meta_conversions', 'int_known_refusals') }}
{%- set nothing = meta_conversions.unless_loaded() %}
{%- set kinds = 'orders order_items customers sessions web_events pixel_events leads lead_stages store_sales' %}
{%- set kinds = kinds ~ ' app_events messaging_events subscription_events' %}
with
{%- for kind in kinds.split() %}
    {{ 'loaded_' ~ kind }} as (

        {{ meta_conversions.loaded_rows(kind) }}

    ),
{%- endfor %}

known_identities as (

    select
        identity_id,
        left(em, 64) as em,
        left(em_2, 64) as em_2
    from {{ ref('meta_conversions', 'int_known_identities') }}
    {{ nothing }}

),

new_identities as (

    select identity_id from {{ ref('meta_conversions', 'int_identity_changes') }}
    where change = 'new' {{ nothing | replace('where', 'and') }}

),

refusals as (

    select * from {{ ref('meta_conversions', 'int_refusal_changes') }}
    where change = 'new' {{ nothing | replace('where', 'and') }}

),

-- Who has just asked not to be shared is found by the hash of the address, whatever row it stands in.
new_suppressions as (

    select known_identities.em
    from known_identities
    inner join new_identities on known_identities.identity_id = new_identities.identity_id
    where known_identities.identity_id like 'suppression:%' and known_identities.em is not null

),

identities as (

    select identity_id from new_identities
    {%- for email in ('em', 'em_2') %}
        union distinct
        select known_identities.identity_id
        from known_identities
        inner join new_suppressions on known_identities.{{ email }} = new_suppressions.em
    {%- endfor %}

),

parts as (

    {% for entity, id, from in [
        ('customer', 'customer_id', 'loaded_customers'),
        ('customer', 'coalesce(customer_id, user_id)', 'loaded_sessions'),
        ('customer', 'customer_id', 'refusals'),
        ('session', 'session_id', 'loaded_sessions'),
        ('session', 'session_id', 'refusals'),
        ('event', 'event_id', 'loaded_pixel_events'),
        ('shop', 'order_id', 'loaded_orders'),
        ('shop', 'order_id', 'loaded_order_items'),
        ('shop', 'order_id', 'loaded_web_events'),
        ('event', 'event_id', 'loaded_web_events'),
        ('web', 'coalesce(event_id, web_event_id)', 'loaded_web_events'),
        ('crm', 'crm_lead_id', 'loaded_leads'),
        ('crm', 'crm_lead_id', 'loaded_lead_stages'),
        ('stores', 'sale_id', 'loaded_store_sales'),
        ('app', 'app_event_id', 'loaded_app_events'),
        ('messaging', 'messaging_event_id', 'loaded_messaging_events'),
        ('subscriptions', 'subscription_event_id', 'loaded_subscription_events'),
    ] -%}
        select
            cast('{{ entity }}' as varchar) as entity,
            cast({{ id }} as varchar) as id
        from {{ from }}
        union distinct
    {% endfor %}
    {%- for entity, prefix, id in [
        ('customer', 'customer:', 'substr(identity_id, 10)'),
        ('shop', 'order:', 'substr(identity_id, 7)'),
        ('crm', 'lead:', 'substr(identity_id, 6)'),
        ('stores', 'store_sale:', meta_conversions.without_matches('substr(identity_id, 12)', ':[^:]*$')),
        ('messaging', 'message:', 'substr(identity_id, 9)'),
    ] %}
        select
            '{{ entity }}' as entity,
            {{ id }} as id
        from identities
        where identity_id like '{{ prefix }}%'
        {{ 'union distinct' if not loop.last }}
    {%- endfor %}

)

select * from parts
where id is not null
