{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set fewest = var('meta_conversions_alarm_fewest_events') -%}
with sides as (
    select
        *,
        cast(floor({{ meta_conversions.epoch_seconds('happened_at') }} / 3600) as bigint) as hour_number
    from {{ ref('meta_conversions', 'int_pixel_sides') }}
),

alike as (
    select * from {{ ref('meta_conversions', 'int_pixel_events_fuzzy_matched') }}
),

lonely as (
    select * from sides
    where event_id is not null and pixel_event_id is null
),

strays as (
    select sides.*
    from sides
    left join alike on sides.event_name = alike.event_name and sides.pixel_event_id = alike.pixel_event_id
    where sides.event_id is null and sides.pixel_event_id is not null and alike.pixel_event_id is null
),

-- Days on which both sides have many events of a name and not one id in common: the two make their ids differently.
-- The pixel's log does not say for which dataset it is: where several have events of the name, nothing can be said.
strange_days as (
    select
        sides.event_name,
        sides.event_day
    from sides
    left join alike
        on
            sides.dataset_key = alike.dataset_key
            and sides.event_name = alike.event_name
            and sides.event_id = alike.event_id
    where sides.event_id is not null
    group by sides.event_name, sides.event_day
    having
        count(distinct sides.event_id) >= {{ fewest }}
        and count(sides.pixel_event_id) + count(alike.event_id) = 0
        and count(distinct sides.dataset_key) = 1
),

many_strays as (
    select
        event_name,
        event_day
    from strays
    group by event_name, event_day
    having count(*) >= {{ fewest }}
),

-- each copy in its hour and in the two beside it, so that only what is near in time is compared
in_their_hours as (
    {% for shift in ['- 1', '+ 0', '+ 1'] -%}
        select
            strays.event_name,
            strays.event_day,
            strays.hour_number {{ shift }} as hour_number,
            strays.pixel_event_id,
            strays.happened_at,
            strays.amount,
            strays.currency
        from strays
        inner join many_strays
            on strays.event_name = many_strays.event_name and strays.event_day = many_strays.event_day
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- there the same money at nearly the same time is the same event; a pixel that tells no money leaves the time
strange as (
    select
        lonely.dataset_key,
        lonely.event_name,
        lonely.event_id,
        near.pixel_event_id,
        case when near.amount is null then 1 else 0 end as without_money,
        abs(
            {{ meta_conversions.epoch_seconds('lonely.happened_at') }}
            - {{ meta_conversions.epoch_seconds('near.happened_at') }}
        ) as seconds_between
    from strange_days
    inner join lonely
        on strange_days.event_name = lonely.event_name and strange_days.event_day = lonely.event_day
    inner join in_their_hours as near
        on
            lonely.event_name = near.event_name
            and lonely.event_day = near.event_day
            and lonely.hour_number = near.hour_number
            and lonely.amount = coalesce(near.amount, lonely.amount)
            and lonely.currency = coalesce(near.currency, lonely.currency)
),

nearest as (
    select
        *,
        row_number() over (
            partition by dataset_key, event_name, event_id order by without_money, seconds_between, pixel_event_id
        ) as of_conversion,
        row_number() over (
            partition by event_name, pixel_event_id order by seconds_between, event_id, dataset_key
        ) as of_copy
    from strange
    where seconds_between <= 3600
)

select * from alike
union all
select
    dataset_key,
    event_name,
    event_id,
    pixel_event_id,
    'wholly' as difference
from nearest
where of_conversion = 1 and of_copy = 1
