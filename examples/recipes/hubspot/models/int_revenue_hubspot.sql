{{ config(tags=['meta_conversions_reconciliation']) }}

select
    {{ meta_conversions.revenue_columns(
        source_id='stage_id',
        event_time='entered_at',
        event_name='stage',
        currency='currency',
        amount='amount',
    ) }}
from {{ ref('stg_hubspot__stages') }}
