{{ config(tags=['reconciliation']) }}
-- The key of revenue_waterfall.
select
    day,
    dataset_id,
    event_name,
    currency,
    stage,
    reason,
    count(*) as copies
from {{ ref('revenue_waterfall') }}
group by day, dataset_id, event_name, currency, stage, reason
having count(*) > 1
