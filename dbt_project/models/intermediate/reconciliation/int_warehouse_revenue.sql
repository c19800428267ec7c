{{ config(tags=['reconciliation'], group='modelling', access='protected') }}

with orders as (
    select
        ordered_at as event_time,
        'Purchase' as event_name,
        currency,
        {{ purchase_value() }} as amount
    from {{ ref('stg_shop__orders') }}
),

store_sales as (
    -- one sale is one conversion, whatever its lines
    select
        min(sold_at) as event_time,
        'Purchase' as event_name,
        case when min(currency) = max(currency) then min(currency) end as currency,
        sum(amount) as amount
    from {{ ref('stg_stores__sale_lines') }}
    group by sale_id
),

logged as (
    select
        occurred_at as event_time,
        event_name,
        currency,
        value as amount,
        row_number() over (
            partition by event_name, coalesce(event_id, web_event_id) order by occurred_at, web_event_id
        ) as repetition
    from {{ ref('stg_web__events') }}
    where event_name in ({{ quoted(var('web_event_names')) }})
),

web_events as (
    -- one event_id is one event, however often the site has logged it
    select
        event_time,
        event_name,
        currency,
        amount
    from logged
    where repetition = 1
),

lead_stages as (
    -- a lead that enters a stage again has not converted again
    select
        min(entered_at) as event_time,
        stage as event_name,
        {{ first_present('currency', 'entered_at') }} as currency,
        {{ first_present('expected_value', 'entered_at') }} as amount
    from {{ ref('stg_crm__lead_stages') }}
    group by crm_lead_id, stage
),

everything as (
    select * from orders
    union all
    select * from store_sales
    union all
    select * from web_events
    union all
    select * from lead_stages
),

revenue as (
    select
        cast(event_time as date) as event_day,
        event_name,
        currency,
        count(*) as events,
        sum(coalesce(amount, 0)) as amount
    from everything
    where {{ is_reconciled('event_time') }}
    group by cast(event_time as date), event_name, currency
)

select * from revenue
