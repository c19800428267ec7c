{{ config(tags=['meta_conversions_reconciliation']) }}

-- An order names its refunds with their totals, which are negative; when each was made is in a stream of its own.
-- A refund that is not there yet has the order's last change.
with named as (

    select
        cast(orders.id as varchar) as order_id,
        upper(orders.currency) as currency,
        orders.date_modified_gmt as order_changed_at,
        {{ recipe_json_text(recipe_json_row(), ['id']) }} as refund_id,
        abs(cast({{ recipe_json_text(recipe_json_row(), ['total']) }} as decimal(18, 4))) as amount
    from {{ source('woocommerce', 'orders') }} as orders
    {{ recipe_json_rows('orders.refunds') }}

),

made as (

    select
        cast(id as varchar) as refund_id,
        min(date_created_gmt) as made_at
    from {{ source('woocommerce', 'refunds') }}
    group by 1

)

select
    {{ meta_conversions.refund_columns(
        refund_id='named.refund_id',
        order_id='named.order_id',
        refunded_at='coalesce(made.made_at, named.order_changed_at)',
        amount='named.amount',
        currency='named.currency',
        source_system="'woocommerce'",
    ) }}
from named
left join made on named.refund_id = made.refund_id
