{{ config(tags=['reconciliation']) }}

with orders as (

    select * from {{ ref('stg_shop__orders') }}

),

revenue as (

    select
        {{ revenue_columns(
            source_id='order_id',
            event_time='ordered_at',
            event_name="'Purchase'",
            currency='currency',
            amount=purchase_value(),
        ) }}
    from orders

)

select * from revenue
