{{ config(tags=['meta_conversions_reconciliation']) }}

select
    {{ meta_conversions.revenue_columns(
        source_id='ga4_event_id',
        event_time='occurred_at',
        event_name='event_name',
        currency='currency',
        amount='amount',
    ) }}
from {{ ref('stg_ga4__events') }}
