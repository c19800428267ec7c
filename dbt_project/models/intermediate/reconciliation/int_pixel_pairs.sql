{{ config(tags=['reconciliation'], group='reconciliation') }}

{% set fewest = var('alarm_fewest_events') -%}
with sides as (
    select * from {{ ref('int_pixel_sides') }}
),

lonely as (
    select * from sides
    where event_id is not null and pixel_event_id is null
),

strays as (
    select * from sides
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
        row_number() over (partition by lonely.event_name, lonely.event_id order by strays.pixel_event_id)
            as of_conversion,
        row_number() over (partition by strays.event_name, strays.pixel_event_id order by lonely.event_id) as of_copy
    from lonely
    inner join strays
        on
            lonely.event_name = strays.event_name
            and lonely.event_day = strays.event_day
            and right(lower(lonely.event_id), 4) = right(lower(strays.pixel_event_id), 4)
    where
        right(lower(lonely.event_id), length(strays.pixel_event_id)) = lower(strays.pixel_event_id)
        or right(lower(strays.pixel_event_id), length(lonely.event_id)) = lower(lonely.event_id)
),

-- days on which both sides have many events of a name and not one id in common: the two make their ids differently
strange_days as (
    select
        sides.dataset_key,
        sides.event_name,
        sides.event_day
    from sides
    left join alike on sides.event_name = alike.event_name and sides.event_id = alike.event_id
    where sides.event_id is not null
    group by sides.dataset_key, sides.event_name, sides.event_day
    having
        count(distinct sides.event_id) >= {{ fewest }}
        and count(sides.pixel_event_id) + count(alike.event_id) = 0
),

many_strays as (
    select
        event_name,
        event_day
    from strays
    group by event_name, event_day
    having count(*) >= {{ fewest }}
),

-- there the same money at nearly the same time is the same event; a pixel that tells no money leaves the time
strange as (
    select
        lonely.dataset_key,
        lonely.event_name,
        lonely.event_id,
        strays.pixel_event_id,
        case when strays.amount is null then 1 else 0 end as without_money,
        abs({{ epoch_seconds('lonely.happened_at') }} - {{ epoch_seconds('strays.happened_at') }}) as seconds_between
    from strange_days
    inner join many_strays
        on strange_days.event_name = many_strays.event_name and strange_days.event_day = many_strays.event_day
    inner join lonely
        on
            strange_days.dataset_key = lonely.dataset_key
            and strange_days.event_name = lonely.event_name
            and strange_days.event_day = lonely.event_day
    inner join strays
        on
            lonely.event_name = strays.event_name
            and lonely.event_day = strays.event_day
            and lonely.amount = coalesce(strays.amount, lonely.amount)
            and lonely.currency = coalesce(strays.currency, lonely.currency)
),

nearest as (
    select
        *,
        'wholly' as difference,
        row_number() over (
            partition by dataset_key, event_name, event_id order by without_money, seconds_between, pixel_event_id
        ) as of_conversion,
        row_number() over (
            partition by event_name, pixel_event_id order by seconds_between, event_id, dataset_key
        ) as of_copy
    from strange
    where seconds_between <= 3600
)

{% for found in ['alike', 'nearest'] -%}
    select
        dataset_key,
        event_name,
        event_id,
        pixel_event_id,
        difference
    from {{ found }}
    where of_conversion = 1 and of_copy = 1
    {{ 'union all' if not loop.last }}
{% endfor %}
