{{ config(tags=['meta_conversions_reconciliation'], severity='error') }}
-- depends_on: {{ ref('meta_conversions', 'alarms') }}, so that a failure does not keep the alarms from being built
-- A stage or reason that the waterfall or the daily comparison gives and that reconciliation_reasons does not know.
with given as (
    select distinct
        stage,
        case when reason like 'deferred:%' then 'deferred' else reason end as reason
    from {{ ref('meta_conversions', 'revenue_waterfall') }}
    union
    select
        'comparison' as stage,
        reason
    from {{ ref('meta_conversions', 'reconciliation_daily') }}
    where reason is not null
)

select given.*
from given
left join {{ ref('meta_conversions', 'reconciliation_reasons') }} as known
    on
        given.stage = known.stage
        and (known.reason is null or known.reason = given.reason)
where known.stage is null
