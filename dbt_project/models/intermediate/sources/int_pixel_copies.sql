with pixel_events as (

    select * from {{ ref('meta_conversions', 'stg_web__pixel_events') }}

),

first_copies as (

    select
        event_name,
        event_id,
        min(occurred_at) as pixel_event_time
    from pixel_events
    where event_id is not null
    group by event_name, event_id

)

select * from first_copies
