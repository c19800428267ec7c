{{ config(tags=['meta_conversions_reconciliation'], severity='error') }}
-- depends_on: {{ ref('meta_conversions', 'alarms') }}, so that a failure does not keep the alarms from being built
-- Added up independently, per event and currency: what the sources hold is what stands in some stage. A row here is money that
-- modelling lost or made up: compare the day's rows of int_warehouse_revenue with those of conversions.
select
    event_name,
    currency,
    sum(case when stage = 'warehouse_revenue' then events else -events end) as events,
    sum(case when stage = 'warehouse_revenue' then value else -value end) as unexplained
from {{ ref('meta_conversions', 'revenue_waterfall') }}
where stage <> 'unexplained' and not is_beside
group by event_name, currency
having
    sum(case when stage = 'warehouse_revenue' then events else -events end) <> 0
    or sum(case when stage = 'warehouse_revenue' then value else -value end) <> 0
