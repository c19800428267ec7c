{{ config(tags=['meta_conversions_reconciliation']) }}

-- Shopify pays back in the currency that the customer paid in.
select
    {{ meta_conversions.refund_columns(
        refund_id='cast(id as varchar)',
        order_id='cast(order_id as varchar)',
        refunded_at='processed_at',
        amount='amount',
        currency='upper(currency)',
        source_system="'shopify'",
    ) }}
from {{ source('shopify', 'transaction') }}
where kind = 'refund' and status = 'success' and not coalesce(test, false)
