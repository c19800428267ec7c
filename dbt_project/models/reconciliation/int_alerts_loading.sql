{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set weeks = range(1, 9) -%}
{% set now = meta_conversions.reconciled_at() -%}
with deliveries as (
    select
        *,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key
    from {{ ref('meta_conversions', 'conversion_deliveries') }}
    where is_modelled and event_time <= {{ now }}
),

-- what was known at this hour of the weeks before is what had been sent by then: no table tells when it was loaded
newest as (
    select
        dataset_key,
        coalesce(source_system, 'no source') as source_name,
        {%- for week in weeks %}
            max(case when first_sent_at <= {{ meta_conversions.plus_hours(now, -168 * week) }} then event_time end)
                as known_{{ week }},
        {%- endfor %}
        max(event_time) as newest_at
    from deliveries
    group by 1, 2
),

gaps as (
    {%- for week in weeks %}
        select
            dataset_key,
            source_name,
            {{ meta_conversions.epoch_seconds(meta_conversions.plus_hours(now, -168 * week)) }}
            - {{ meta_conversions.epoch_seconds('known_' ~ week) }} as seconds
        from newest
        where known_{{ week }} is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- the longest of them may have been such a stop itself
ranked as (
    select
        *,
        row_number() over (partition by dataset_key, source_name order by seconds desc) as place,
        count(*) over (partition by dataset_key, source_name) as weeks_known
    from gaps
),

compared as (
    select
        newest.dataset_key,
        newest.source_name,
        newest.newest_at,
        ranked.seconds as usual,
        {{ meta_conversions.epoch_seconds(now) }} - {{ meta_conversions.epoch_seconds('newest.newest_at') }} as seconds
    from newest
    inner join ranked
        on
            newest.dataset_key = ranked.dataset_key
            and newest.source_name = ranked.source_name
            and ranked.place = 2
            and ranked.weeks_known >= 4
)

select
    'loading_stopped' as alarm,
    dataset_key,
    'all' as event_name,
    'none' as currency,
    source_name as subject,
    cast(null as bigint) as events,
    cast(null as decimal(18, 4)) as amount,
    'Nothing new from ' || source_name || ' since ' || cast(newest_at as varchar) || ' UTC, for '
    || cast(cast(seconds / 3600.0 as decimal(18, 1)) as varchar) || ' hours; at this hour of the week '
    || cast(cast(usual / 3600.0 as decimal(18, 1)) as varchar) || ' are usual.' as what_happened
from compared
where
    seconds >= 3600 * {{ var('meta_conversions_alarm_hours_without_loading') }}
    and seconds > cast({{ var('meta_conversions_tolerance_loading') }} as decimal(18, 4)) * usual
