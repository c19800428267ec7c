{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with figures as (
    select
        pull_day as quality_day,
        dataset_key,
        channel,
        event_name,
        measure,
        identifier,
        'meta' as told_by,
        cast(null as bigint) as events,
        amount
    from {{ ref('meta_conversions', 'int_meta_quality') }}
    union all
    select
        event_day as quality_day,
        dataset_key,
        channel,
        event_name,
        'key_coverage' as measure,
        identifier,
        'warehouse' as told_by,
        events,
        cast(100.0 * events_with / events as decimal(18, 4)) as amount
    from {{ ref('meta_conversions', 'int_key_coverage') }}
),

compared as (
    select
        later.quality_day,
        later.dataset_key,
        later.channel,
        later.event_name,
        later.measure,
        later.identifier,
        later.told_by,
        later.events,
        later.amount,
        -- days of many conversions weigh more; Meta's days weigh the same
        sum(earlier.amount * coalesce(earlier.events, 1)) / nullif(sum(coalesce(earlier.events, 1)), 0)
            as trailing_week
    from figures as later
    left join figures as earlier
        on
            later.dataset_key = earlier.dataset_key
            and later.channel = earlier.channel
            and later.event_name = earlier.event_name
            and later.measure = earlier.measure
            and coalesce(later.identifier, '') = coalesce(earlier.identifier, '')
            and later.told_by = earlier.told_by
            and later.quality_day > earlier.quality_day
            and earlier.quality_day >= {{ meta_conversions.plus_hours('later.quality_day', -24 * 7) }}
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
),

quality as (
    select
        *,
        trailing_week - amount as drop_in_points,
        -- a score is out of ten, a coverage out of a hundred
        case
            when measure in ('composite_score', 'match_key_score')
                then cast({{ var('meta_conversions_tolerance_score_drop') }} as decimal(18, 4))
            else cast({{ var('meta_conversions_tolerance_coverage_drop') }} as decimal(18, 4))
        end as tolerance
    from compared
)

select
    quality_day as day,  -- noqa: RF04
    cast(nullif(dataset_key, '') as varchar) as dataset_id,
    cast(channel as varchar) as channel,
    cast(event_name as varchar) as event_name,
    cast(measure as varchar) as measure,
    cast(identifier as varchar) as identifier,
    cast(told_by as varchar) as told_by,
    cast(events as bigint) as events,
    cast(amount as decimal(18, 4)) as number,  -- noqa: RF04
    cast(trailing_week as decimal(18, 4)) as trailing_week,
    cast(drop_in_points as decimal(18, 4)) as drop_in_points,
    -- a share of few events swings by chance: a drop is more than three standard errors of it
    coalesce(
        drop_in_points > tolerance
        and (
            events is null
            or (
                events >= {{ var('meta_conversions_alarm_fewest_events') }}
                and drop_in_points > 3 * sqrt(greatest(trailing_week * (100 - trailing_week), 0) / events)
            )
        ),
        false
    ) as is_dropped
from quality
