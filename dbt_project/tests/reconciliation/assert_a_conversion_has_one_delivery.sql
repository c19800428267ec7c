{{ config(tags=['reconciliation']) }}
-- The key of conversion_deliveries: a conversion that stood twice would be counted twice.
select
    dataset_id,
    event_name,
    event_id,
    count(*) as copies
from {{ ref('conversion_deliveries') }}
group by dataset_id, event_name, event_id
having count(*) > 1
