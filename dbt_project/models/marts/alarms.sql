{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with firing as (
    select * from {{ ref('meta_conversions', 'int_alerts_money') }}
    union all
    select * from {{ ref('meta_conversions', 'int_alerts_sending') }}
    union all
    select * from {{ ref('meta_conversions', 'int_alerts_signal') }}
    union all
    select * from {{ ref('meta_conversions', 'int_alerts_ids') }}
    union all
    select * from {{ ref('meta_conversions', 'int_alerts_loading') }}
    union all
    select * from {{ ref('meta_conversions', 'int_alerts_privacy') }}
    union all
    select * from {{ ref('meta_conversions', 'int_alerts_figures') }}
),

known as (
    select * from {{ ref('meta_conversions', 'reconciliation_alarms') }}
)

select
    cast(firing.alarm as varchar) as alarm,
    cast(known.severity as varchar) as severity,
    cast(nullif(firing.dataset_key, '') as varchar) as dataset_id,
    cast(firing.event_name as varchar) as event_name,
    cast(firing.currency as varchar) as currency,
    cast(firing.subject as varchar) as subject,
    cast(firing.events as bigint) as events,
    -- of what is no money conversions are counted, and no sum means anything
    cast(
        case when {{ meta_conversions.is_money('firing.currency') }} then firing.amount end as decimal(18, 4)
    ) as amount,
    cast(firing.what_happened as varchar) as message,
    cast(known.what_to_do as varchar) as what_to_do,
    cast(known.who as varchar) as who
from firing
inner join known on firing.alarm = known.alarm
