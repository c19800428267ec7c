{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with deliveries as (
    select
        *,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
),

refunds as (
    select * from {{ ref('meta_conversions', 'int_refunds') }}
),

receipts as (
    select * from {{ ref('meta_conversions', 'int_meta_receipts') }}
),

attribution as (
    select * from {{ ref('meta_conversions', 'int_meta_attribution') }}
),

refunded as (
    select
        cast(refunds.event_time as date) as event_day,
        refunds.dataset_key,
        refunds.event_name,
        refunds.currency,
        'refunded' as place,
        -- what was never a sale is told apart from what must not be sent: net revenue deducts the refunds of the latter
        case
            when deliveries.standing_reason in ('test_order', 'not_paid') then deliveries.standing_reason
            else coalesce(deliveries.standing, 'order_unknown')
        end as reason,
        count(*) as events,
        cast(sum(coalesce(refunds.amount, 0)) as decimal(18, 4)) as amount,
        'event' as day_basis
    from refunds
    left join deliveries
        on
            refunds.dataset_key = deliveries.dataset_key
            and refunds.event_name = deliveries.event_name
            and refunds.event_id = deliveries.event_id
    group by 1, 2, 3, 4, 6
),

no_longer_modelled as (
    select
        cast(event_time as date) as event_day,
        dataset_key,
        event_name,
        currency,
        'no_longer_modelled' as place,
        state as reason,
        count(*) as events,
        cast(sum(coalesce(value, 0)) as decimal(18, 4)) as amount,
        'event' as day_basis
    from deliveries
    where not is_modelled
    group by 1, 2, 3, 4, 6
),

-- Meta drops the later of two copies with one name and one id, inside 48 hours of the first
deduplicated as (
    select
        cast(event_time as date) as event_day,
        dataset_key,
        event_name,
        currency,
        'deduplicated_with_pixel' as place,
        'by_our_own_rule' as reason,
        count(*) as events,
        cast(sum(coalesce(value, 0)) as decimal(18, 4)) as amount,
        'event' as day_basis
    from deliveries
    where
        standing = 'accepted'
        and is_modelled
        and accepted_at <= {{ meta_conversions.plus_hours('pixel_event_time', 48) }}
        and accepted_at >= {{ meta_conversions.plus_hours('pixel_event_time', -48) }}
    group by 1, 2, 3, 4
),

received as (
    select
        cast(hour_start as date) as event_day,
        dataset_key,
        event_name,
        cast(null as varchar) as currency,
        'received_by_meta' as place,
        cast(null as varchar) as reason,
        sum(received) as events,
        cast(null as decimal(18, 4)) as amount,
        'acceptance' as day_basis
    from receipts
    group by 1, 2, 3
),

attributed as (
    select
        account_day as event_day,
        '' as dataset_key,
        'Purchase' as event_name,
        account_currency as currency,
        'attributed_by_meta' as place,
        account_id as reason,
        cast(purchases as bigint) as events,
        purchase_value as amount,
        'account' as day_basis
    from attribution
)

select * from refunded
union all
select * from no_longer_modelled
union all
select * from deduplicated
union all
select * from received
union all
select * from attributed
