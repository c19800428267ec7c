{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

with sides as (
    select * from {{ ref('meta_conversions', 'int_pixel_sides') }}
),

pairs as (
    select * from {{ ref('meta_conversions', 'int_pixel_pairs') }}
),

of_conversions as (
    select
        sides.dataset_key,
        sides.event_name,
        sides.event_day,
        sides.currency,
        sides.amount,
        sides.event_id,
        coalesce(pairs.pixel_event_id, sides.pixel_event_id) as pixel_event_id,
        case
            when pairs.difference is not null then 'differs_' || pairs.difference
            when sides.pixel_event_id is null then 'server_only'
            when not sides.is_accepted then 'browser_told'
            when sides.is_late then 'late'
            else 'same_id'
        end as kind,
        sides.is_accepted
    from sides
    left join pairs
        on
            sides.dataset_key = pairs.dataset_key
            and sides.event_name = pairs.event_name
            and sides.event_id = pairs.event_id
    where
        sides.event_id is not null
        and (sides.is_accepted or sides.pixel_event_id is not null or pairs.difference is not null)
),

of_the_pixel as (
    select
        sides.dataset_key,
        sides.event_name,
        sides.event_day,
        coalesce(sides.currency, 'none') as currency,
        cast(coalesce(sides.amount, 0) as decimal(18, 4)) as amount,
        sides.event_id,
        sides.pixel_event_id,
        case when sides.pixel_event_id is null then 'browser_without_id' else 'browser_only' end as kind,
        sides.is_accepted
    from sides
    left join pairs
        on
            sides.event_name = pairs.event_name
            and sides.pixel_event_id = pairs.pixel_event_id
    where sides.event_id is null and pairs.event_id is null
)

select * from of_conversions
union all
select * from of_the_pixel
