{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with numbers as (
    select
        pulled_at,
        cast(pulled_at as date) as pull_day,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        channel,
        event_name,
        measure,
        case item
            when 'email' then 'em'
            when 'phone' then 'ph'
            when 'ip_address' then 'client_ip_address'
            else item
        end as identifier,
        number as amount
    from {{ source('meta_conversions_meta', 'meta_match_quality') }}
    where
        measure in ('composite_score', 'match_key_score', 'key_coverage', 'event_coverage')
        and number is not null
        and {{ meta_conversions.is_reconciled('pulled_at') }}
),

-- Meta's figures roll by themselves: of a day's pulls the last one stands
ranked as (
    select
        *,
        row_number() over (
            partition by pull_day, dataset_key, channel, event_name, measure, coalesce(identifier, '')
            order by pulled_at desc
        ) as recency
    from numbers
)

select
    pull_day,
    dataset_key,
    channel,
    event_name,
    measure,
    identifier,
    amount
from ranked
where recency = 1
