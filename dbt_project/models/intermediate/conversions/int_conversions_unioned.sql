with web_orders as (

    select * from {{ ref('int_conversions_web_orders') }}

),

web_events as (

    select * from {{ ref('int_conversions_web_events') }}

),

lead_stages as (

    select * from {{ ref('int_conversions_lead_stages') }}

),

store_sales as (

    select * from {{ ref('int_conversions_store_sales') }}

),

unioned as (

    select * from web_orders
    union all
    select * from web_events
    union all
    select * from lead_stages
    union all
    select * from store_sales

)

select * from unioned
