{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with comparisons as (
    select * from {{ ref('meta_conversions', 'int_comparisons') }}
),

receipts as (
    select * from {{ ref('meta_conversions', 'int_receipt_comparisons') }}
),

account_days as (
    select * from {{ ref('meta_conversions', 'int_account_days') }}
),

verdicts as (
    select
        comparison,
        day,  -- noqa: RF04
        'event' as day_basis,
        dataset_id,
        event_name,
        currency,
        cast(null as varchar) as account_id,
        from_events,
        to_events,
        from_value,
        to_value,
        tolerance,
        verdict,
        reason,
        short_events,
        short_value,
        cast(null as decimal(18, 4)) as spend,
        cast(null as decimal(18, 4)) as return_on_ad_spend,
        cast(null as decimal(18, 4)) as return_on_ad_spend_net
    from comparisons
    union all
    select
        'accepted_to_received' as comparison,
        acceptance_day as day,  -- noqa: RF04
        'acceptance' as day_basis,
        nullif(dataset_key, '') as dataset_id,
        event_name,
        'none' as currency,
        null as account_id,
        accepted as from_events,
        received as to_events,
        null as from_value,
        null as to_value,
        tolerance,
        verdict,
        reason,
        greatest(accepted - received, 0) as short_events,
        null as short_value,
        null as spend,
        null as return_on_ad_spend,
        null as return_on_ad_spend_net
    from receipts
    union all
    select
        'accepted_to_attributed' as comparison,
        account_day as day,  -- noqa: RF04
        'account' as day_basis,
        null as dataset_id,
        'Purchase' as event_name,
        account_currency as currency,
        account_id,
        accepted_events as from_events,
        purchases as to_events,
        accepted_value as from_value,
        purchase_value as to_value,
        null as tolerance,
        case
            when purchases = accepted_events and purchase_value = accepted_value then 'tied'
            when purchase_value > sold_value then 'unexplained'
            else 'explained'
        end as verdict,
        case
            when purchases = accepted_events and purchase_value = accepted_value then null
            when purchase_value > sold_value then 'more_than_was_sold'
            when purchase_value > accepted_value then 'more_than_was_accepted'
            else 'attribution'
        end as reason,
        0 as short_events,
        0 as short_value,
        spend,
        purchase_value / nullif(spend, 0) as return_on_ad_spend,
        purchase_value * (accepted_value - refunded_value) / nullif(accepted_value, 0) / nullif(spend, 0)
            as return_on_ad_spend_net
    from account_days
)

select
    cast(comparison as varchar) as comparison,
    day,  -- noqa: RF04
    cast(day_basis as varchar) as day_basis,
    cast(dataset_id as varchar) as dataset_id,
    cast(event_name as varchar) as event_name,
    cast(currency as varchar) as currency,
    cast(account_id as varchar) as account_id,
    cast(from_events as decimal(18, 4)) as from_events,
    cast(to_events as decimal(18, 4)) as to_events,
    cast(from_value as decimal(18, 4)) as from_value,
    cast(to_value as decimal(18, 4)) as to_value,
    cast(from_events - to_events as decimal(18, 4)) as gap_events,
    cast(from_value - to_value as decimal(18, 4)) as gap_value,
    cast(tolerance as decimal(18, 4)) as tolerance,
    cast(verdict as varchar) as verdict,
    cast(reason as varchar) as reason,
    cast(short_events as decimal(18, 4)) as short_events,
    cast(short_value as decimal(18, 4)) as short_value,
    cast(spend as decimal(18, 4)) as spend,
    cast(return_on_ad_spend as decimal(18, 4)) as return_on_ad_spend,
    cast(return_on_ad_spend_net as decimal(18, 4)) as return_on_ad_spend_net
from verdicts
