{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set now = meta_conversions.reconciled_at() -%}
with conversions as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        action_source = 'website' as is_web,
        case when net_revenue > 0 then net_revenue end as profit,
        case when net_revenue > 0 and value > 0 then round(net_revenue / value, 3) end as profit_share,
        case when predicted_ltv > 0 then predicted_ltv end as predicted_ltv,
        customer_segmentation
    from {{ ref('meta_conversions', 'conversions') }}
    where
        is_eligible
        and event_time >= {{ meta_conversions.plus_hours(now, -24 * 7) }}
        and event_time <= {{ now }}
),

purchases as (
    select
        dataset_key,
        count(profit) as with_profit,
        count(distinct profit) as profits,
        count(distinct profit_share) as profit_shares,
        count(customer_segmentation) as with_segment
    from conversions
    where event_name = 'Purchase'
    group by dataset_key
),

predicted as (
    select
        dataset_key,
        event_name,
        sum(case when is_web then 1 else 0 end) as events,
        sum(case when is_web then 0 else 1 end) as elsewhere,
        count(distinct predicted_ltv) as predictions,
        max(predicted_ltv) / min(predicted_ltv) as spread
    from conversions
    where predicted_ltv is not null
    group by dataset_key, event_name
),

event_names as (
    select
        dataset_key,
        count(*) as event_names
    from predicted
    group by dataset_key
)

{% for offer, requirement, figure in [
    ('profit', 'conversions_a_week', 'with_profit'), ('profit', 'distinct_values', 'profits'),
    ('profit', 'distinct_shares', 'profit_shares'), ('customer_segmentation', 'events_with_segment', 'with_segment'),
] -%}
    select
        dataset_key,
        '{{ offer }}' as offer,
        'Purchase' as event_name,
        '{{ requirement }}' as requirement,
        cast({{ figure }} as decimal(18, 4)) as figure
    from purchases
    union all
{% endfor -%}
{% for requirement, figure in [
    ('events_a_week', 'events'), ('distinct_values', 'predictions'), ('highest_by_lowest', 'spread'),
    ('other_action_sources', 'elsewhere'),
] -%}
    select
        dataset_key,
        'predicted_ltv' as offer,
        event_name,
        '{{ requirement }}' as requirement,
        cast({{ figure }} as decimal(18, 4)) as figure
    from predicted
    union all
{% endfor -%}
select
    dataset_key,
    'predicted_ltv' as offer,
    'all' as event_name,
    'event_names' as requirement,
    cast(event_names as decimal(18, 4)) as figure
from event_names
