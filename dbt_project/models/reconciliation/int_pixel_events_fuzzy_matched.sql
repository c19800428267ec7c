{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with lonely as (
    select * from {{ ref('meta_conversions', 'int_pixel_sides') }}
    where event_id is not null and pixel_event_id is null
),

strays as (
    select * from {{ ref('meta_conversions', 'int_pixel_sides') }}
    where event_id is null and pixel_event_id is not null
),

-- ids of one day that end alike: the same in another case, or one is the other behind a prefix
alike as (
    select
        lonely.dataset_key,
        lonely.event_name,
        lonely.event_id,
        strays.pixel_event_id,
        case when lower(lonely.event_id) = lower(strays.pixel_event_id) then 'by_case' else 'by_prefix' end
            as difference,
        row_number() over (
            partition by lonely.dataset_key, lonely.event_name, lonely.event_id order by strays.pixel_event_id
        ) as of_conversion,
        row_number() over (
            partition by strays.event_name, strays.pixel_event_id order by lonely.event_id, lonely.dataset_key
        ) as of_copy
    from lonely
    inner join strays
        on
            lonely.event_name = strays.event_name
            and lonely.event_day = strays.event_day
            and right(lower(lonely.event_id), 4) = right(lower(strays.pixel_event_id), 4)
    where
        right(lower(lonely.event_id), length(strays.pixel_event_id)) = lower(strays.pixel_event_id)
        or right(lower(strays.pixel_event_id), length(lonely.event_id)) = lower(lonely.event_id)
)

select
    dataset_key,
    event_name,
    event_id,
    pixel_event_id,
    difference
from alike
where of_conversion = 1 and of_copy = 1
