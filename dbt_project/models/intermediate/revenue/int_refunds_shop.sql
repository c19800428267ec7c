{{ config(tags=['meta_conversions_reconciliation']) }}

with refunds as (

    select * from {{ ref('meta_conversions', 'stg_shop__refunds') }}

),

of_the_shop as (

    select
        {{ meta_conversions.refund_columns(
            refund_id='refund_id',
            order_id='order_id',
            refunded_at='refunded_at',
            amount='amount',
            currency='currency',
            source_system='source_system',
        ) }}
    from refunds

)

select * from of_the_shop
