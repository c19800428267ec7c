{{ config(tags=['meta_conversions_reconciliation']) }}

-- An order names its refunds with their totals, which are negative, and not when: the order's last change stands for it.
select
    {{ meta_conversions.refund_columns(
        refund_id='refund_id',
        order_id='order_id',
        refunded_at='refunded_at',
        amount='amount',
        currency='currency',
        source_system="'woocommerce'",
    ) }}
from (
    select
        cast(orders.id as varchar) as order_id,
        upper(orders.currency) as currency,
        orders.date_modified_gmt as refunded_at,
        {{ recipe_json_text(recipe_json_row(), ['id']) }} as refund_id,
        abs(cast({{ recipe_json_text(recipe_json_row(), ['total']) }} as decimal(18, 4))) as amount
    from {{ source('woocommerce', 'orders') }} as orders
    {{ recipe_json_rows('orders.refunds') }}
) as refunds
