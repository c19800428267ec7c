{{ config(tags=['reconciliation'], group='reconciliation') }}

-- an event name that the pixel never sends has no browser side to compare with
with deliveries as (
    select
        {{ dataset_key('dataset_id') }} as dataset_key,
        event_name,
        event_id,
        cast(event_time as date) as event_day,
        coalesce(currency, 'none') as currency,
        cast(coalesce(value, 0) as decimal(18, 4)) as amount,
        standing = 'accepted' as is_accepted,
        accepted_at
    from {{ ref('conversion_deliveries') }}
    where
        action_source = 'website'
        and is_modelled
        and event_id is not null
        and event_name in (select known.event_name from {{ ref('int_pixel_events') }} as known)
),

pixel as (
    select
        pixel_events.*,
        cast(pixel_events.first_at as date) as event_day
    from {{ ref('int_pixel_events') }} as pixel_events
    where pixel_events.event_name in (select deliveries.event_name from deliveries)
),

same_id as (
    select
        deliveries.*,
        pixel.event_id is not null as has_copy,
        coalesce(
            deliveries.accepted_at > {{ plus_hours('pixel.first_at', 48) }}
            or deliveries.accepted_at < {{ plus_hours('pixel.first_at', -48) }}, false
        ) as is_late
    from deliveries
    left join pixel
        on
            deliveries.event_name = pixel.event_name
            and deliveries.event_id = pixel.event_id
),

alone as (
    select pixel.*
    from pixel
    left join deliveries
        on
            pixel.event_name = deliveries.event_name
            and pixel.event_id = deliveries.event_id
    where deliveries.event_id is null
),

-- ids of one day that end alike: the same in another case, or one is the other behind a prefix
alike as (
    select
        same_id.dataset_key,
        same_id.event_name,
        same_id.event_id,
        alone.event_id as pixel_event_id,
        case when lower(same_id.event_id) = lower(alone.event_id) then 'case' else 'prefix' end as difference,
        row_number() over (partition by same_id.event_name, same_id.event_id order by alone.event_id) as of_conversion,
        row_number() over (partition by alone.event_name, alone.event_id order by same_id.event_id) as of_copy
    from same_id
    inner join alone
        on
            same_id.event_name = alone.event_name
            and same_id.event_day = alone.event_day
            and right(lower(same_id.event_id), 4) = right(lower(alone.event_id), 4)
    where
        not same_id.has_copy
        and (
            right(lower(same_id.event_id), length(alone.event_id)) = lower(alone.event_id)
            or right(lower(alone.event_id), length(same_id.event_id)) = lower(same_id.event_id)
        )
),

pairs as (
    select * from alike
    where of_conversion = 1 and of_copy = 1
)

select
    same_id.dataset_key,
    same_id.event_name,
    same_id.event_day,
    same_id.currency,
    same_id.amount,
    same_id.event_id,
    coalesce(pairs.pixel_event_id, case when same_id.has_copy then same_id.event_id end) as pixel_event_id,
    case
        when pairs.difference is not null then 'differs_by_' || pairs.difference
        when same_id.has_copy and not same_id.is_accepted then 'browser_told'
        when same_id.has_copy and same_id.is_late then 'late'
        when same_id.has_copy then 'same_id'
        else 'server_only'
    end as kind,
    same_id.is_accepted
from same_id
left join pairs
    on
        same_id.dataset_key = pairs.dataset_key
        and same_id.event_name = pairs.event_name
        and same_id.event_id = pairs.event_id
where same_id.is_accepted or same_id.has_copy or pairs.difference is not null
union all
select
    '' as dataset_key,
    alone.event_name,
    alone.event_day,
    coalesce(alone.currency, 'none') as currency,
    cast(coalesce(alone.amount, 0) as decimal(18, 4)) as amount,
    null as event_id,
    alone.event_id as pixel_event_id,
    case when alone.event_id is null then 'browser_without_id' else 'browser_only' end as kind,
    false as is_accepted
from alone
left join pairs on alone.event_name = pairs.event_name and alone.event_id = pairs.pixel_event_id
where pairs.event_id is null
