{{ config(tags=['reconciliation'], severity='error') }}
-- depends_on: {{ ref('alarms') }}, so that a failure does not keep the alarms from being built
-- By day too: money that moved from one day to another is not explained by being there in sum.
select *
from {{ ref('revenue_waterfall') }}
where stage = 'unexplained'
