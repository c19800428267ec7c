{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set ways = ['by_case', 'by_prefix', 'wholly'] -%}
{% set differing = 'sum(differs_by_case_events + differs_by_prefix_events + differs_wholly_events)' -%}
with deduplication as (
    select
        coalesce(dataset_id, '') as dataset_key,
        event_name,
        currency,
        sum(browser_events) as browser_events,
        sum(browser_only_events + browser_without_id_events) + {{ differing }} as without_partner,
        {{ differing }} as differing,
        {%- for way in ways %}
            sum(differs_{{ way }}_events) as differs_{{ way }},
        {%- endfor %}
        sum(doubled_by_ids_events) as doubled,
        sum(doubled_by_ids_value) as doubled_value,
        sum(perhaps_doubled_value) as perhaps_doubled_value,
        min(example_of_difference) as example
    from {{ ref('meta_conversions', 'deduplication_daily') }}
    where day >= cast({{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * 6) }} as date)
    group by 1, 2, 3
),

deduplication_broken as (
    select
        'deduplication_broken' as alarm,
        dataset_key,
        event_name,
        currency,
        '' as subject,
        case when doubled > 0 then doubled else without_partner end as events,
        case when doubled > 0 then doubled_value else perhaps_doubled_value end as amount,
        'Of the pixel''s ' || cast(browser_events as varchar) || ' events of the last 7 days, '
        || cast(without_partner as varchar) || ' have an event_id that no conversion has'
        || case
            when differing > 0
                then
                    '; how it differs from their own conversion''s: by case ' || cast(differs_by_case as varchar)
                    || ', by prefix ' || cast(differs_by_prefix as varchar)
                    || ', wholly ' || cast(differs_wholly as varchar)
            else ''
        end
        || case
            when doubled > 0 then '. Meta therefore counts ' || cast(doubled as varchar) || ' accepted events twice.'
            else '. Meta may count them twice.'
        end
        || coalesce(' Ids differ like ' || example || '.', '') as what_happened
    from deduplication
    where
        differing > 0
        or (
            browser_events >= {{ var('meta_conversions_alarm_fewest_events') }}
            and without_partner
            > cast({{ var('meta_conversions_tolerance_browser_only') }} as decimal(18, 4)) * browser_events
        )
),

quality as (
    select
        *,
        dense_rank() over (
            partition by coalesce(dataset_id, ''), channel, event_name, measure, told_by
            order by day desc
        ) as recency
    from {{ ref('meta_conversions', 'match_quality_daily') }}
    where
        day >= cast({{ meta_conversions.plus_hours(meta_conversions.reconciled_at(), -24 * 7) }} as date)
        -- a day that still runs is no measure of the warehouse: who pays by night is not who pays by day
        and (told_by = 'meta' or day < cast({{ meta_conversions.reconciled_at() }} as date))
        and (events is null or events >= {{ var('meta_conversions_alarm_fewest_events') }})
),

fallen as (
    select
        coalesce(dataset_id, '') as dataset_key,
        channel,
        event_name,
        measure,
        told_by,
        day,
        max(events) as events,
        {%- set percents -%}
            coalesce(identifier, replace(measure, '_', ' ')) || ' ' || cast(cast(number as decimal(18, 0)) as varchar)
            || ' % (' || cast(cast(trailing_week as decimal(18, 0)) as varchar) || ' % the week before)'
        {%- endset %}
        {%- set points -%}
            coalesce(identifier || ' ', '') || cast(cast(number as decimal(18, 1)) as varchar)
            || ' (' || cast(cast(trailing_week as decimal(18, 1)) as varchar) || ' the week before)'
        {%- endset %}
        {{ meta_conversions.join_rows(percents, ', ', "coalesce(identifier, '')") }} as percents,
        {{ meta_conversions.join_rows(points, ', ', "coalesce(identifier, '')") }} as points
    from quality
    where recency = 1 and is_dropped
    group by 1, 2, 3, 4, 5, 6
),

-- what several keys lose at once is one alarm: they come from one place
dropped as (
    select
        case when measure in ('composite_score', 'match_key_score') then 'match_score_drop' else 'key_coverage_drop' end
            as alarm,
        dataset_key,
        event_name,
        'none' as currency,
        channel || ' ' || measure || ' by ' || told_by as subject,
        events,
        cast(null as decimal(18, 4)) as amount,
        case
            when measure in ('composite_score', 'match_key_score')
                then
                    'Meta''s ' || replace(measure, '_', ' ') || ' (of 10) fell on ' || cast(day as varchar) || ': '
                    || points || '.'
            when told_by = 'meta'
                then
                    'By Meta''s count fewer events carry these keys on ' || cast(day as varchar) || ': '
                    || percents || '.'
            else
                'Fewer conversions of ' || cast(day as varchar) || ' (' || channel || ') carry these keys: '
                || percents || '.'
        end as what_happened
    from fallen
)

select * from deduplication_broken
union all
select * from dropped
