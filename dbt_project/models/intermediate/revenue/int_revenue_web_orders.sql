{{ config(tags=['meta_conversions_reconciliation']) }}

with orders as (

    select * from {{ ref('meta_conversions', 'stg_shop__orders') }}

),

revenue as (

    select
        {{ meta_conversions.revenue_columns(
            source_id='order_id',
            event_time='ordered_at',
            event_name="'Purchase'",
            currency='currency',
            amount=meta_conversions.purchase_value(),
        ) }}
    from orders

)

select * from revenue
