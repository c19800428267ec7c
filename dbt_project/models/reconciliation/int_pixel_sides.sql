{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

-- an event name that the pixel never sends has no browser side to compare with
with deliveries as (
    select
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        event_name,
        event_id,
        event_time,
        coalesce(currency, 'none') as currency,
        cast(coalesce(value, 0) as decimal(18, 4)) as amount,
        standing = 'accepted' as is_accepted,
        accepted_at
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
    where
        action_source = 'website'
        and is_modelled
        and event_id is not null
        and event_name in (select known.event_name from {{ ref('meta_conversions', 'int_pixel_events') }} as known)
),

pixel as (
    select * from {{ ref('meta_conversions', 'int_pixel_events') }}
    where event_name in (select deliveries.event_name from deliveries)
),

sides as (
    select
        deliveries.dataset_key,
        deliveries.event_name,
        deliveries.event_id,
        pixel.event_id as pixel_event_id,
        cast(deliveries.event_time as date) as event_day,
        deliveries.event_time as happened_at,
        deliveries.currency,
        deliveries.amount,
        deliveries.is_accepted,
        coalesce(
            deliveries.accepted_at > {{ meta_conversions.plus_hours('pixel.first_at', 48) }}
            or deliveries.accepted_at < {{ meta_conversions.plus_hours('pixel.first_at', -48) }}, false
        ) as is_late
    from deliveries
    left join pixel
        on
            deliveries.event_name = pixel.event_name
            and deliveries.event_id = pixel.event_id
    union all
    select
        '' as dataset_key,
        pixel.event_name,
        null as event_id,
        pixel.event_id as pixel_event_id,
        cast(pixel.first_at as date) as event_day,
        pixel.first_at as happened_at,
        pixel.currency,
        cast(pixel.amount as decimal(18, 4)) as amount,
        false as is_accepted,
        false as is_late
    from pixel
    left join deliveries
        on
            pixel.event_name = deliveries.event_name
            and pixel.event_id = deliveries.event_id
    where deliveries.event_id is null
)

select * from sides
