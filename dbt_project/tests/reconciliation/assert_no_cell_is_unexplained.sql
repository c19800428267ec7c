{{ config(tags=['reconciliation'], severity='error') }}
-- By day too: money that moved from one day to another is not explained by being there in sum.
select *
from {{ ref('revenue_waterfall') }}
where stage = 'unexplained'
