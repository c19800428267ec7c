{{ config(tags=['meta_conversions_reconciliation'], severity='error') }}
-- depends_on: {{ ref('meta_conversions', 'alarms') }}, so that a failure does not keep the alarms from being built
-- By day too: money that moved from one day to another is not explained by being there in sum.
select *
from {{ ref('meta_conversions', 'revenue_waterfall') }}
where stage = 'unexplained'
