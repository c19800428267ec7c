{{ config(tags=['meta_conversions_reconciliation']) }}

select
    {{ meta_conversions.revenue_columns(
        source_id='order_id',
        event_time='ordered_at',
        event_name='event_name',
        currency='upper(currency)',
        amount='amount',
    ) }}
from {{ ref('stg_shopify__orders') }}
