{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation', access='public') }}

with matches as (
    select * from {{ ref('meta_conversions', 'int_pixel_matches') }}
),

{% set kinds = ['same_id', 'late', 'differs_by_case', 'differs_by_prefix', 'differs_wholly', 'server_only',
                'browser_told', 'browser_only', 'browser_without_id'] -%}
{% set doubled = {'doubled_by_ids': "kind like 'differs%'", 'doubled': "(kind = 'late' or kind like 'differs%')"} -%}
counted as (
    select
        event_day,
        dataset_key,
        event_name,
        currency,
        {%- for kind in kinds %}
            sum(case when kind = '{{ kind }}' then 1 else 0 end) as {{ kind }}_events,
            sum(case when kind = '{{ kind }}' then amount else 0 end) as {{ kind }}_value,
        {%- endfor %}
        sum(case when is_accepted then 1 else 0 end) as server_events,
        sum(case when kind <> 'server_only' then 1 else 0 end) as browser_events,
        {%- for name, condition in doubled.items() %}
            sum(case when is_accepted and {{ condition }} then 1 else 0 end) as {{ name }}_events,
            sum(case when is_accepted and {{ condition }} then amount else 0 end) as {{ name }}_value,
        {%- endfor %}
        min(case when kind like 'differs%' then event_id || ' / ' || pixel_event_id end) as example_of_difference
    from matches
    group by event_day, dataset_key, event_name, currency
),

-- counts of all currencies together; money never is
weekly as (
    select
        later.event_day,
        later.dataset_key,
        later.event_name,
        sum(earlier.server_events) as server_events,
        sum(earlier.browser_events) as browser_events
    from (select distinct
        event_day,
        dataset_key,
        event_name
    from counted) as later
    inner join counted as earlier
        on
            later.dataset_key = earlier.dataset_key
            and later.event_name = earlier.event_name
            and later.event_day >= earlier.event_day
            and {{ meta_conversions.plus_hours('later.event_day', -24 * 7) }} < earlier.event_day
    group by later.event_day, later.dataset_key, later.event_name
),

deduplication as (
    select
        counted.*,
        least(
            counted.server_only_value, counted.browser_only_value + counted.browser_without_id_value
        ) as perhaps_doubled_value,
        weekly.server_events as server_events_of_week,
        weekly.browser_events as browser_events_of_week
    from counted
    inner join weekly
        on
            counted.event_day = weekly.event_day
            and counted.dataset_key = weekly.dataset_key
            and counted.event_name = weekly.event_name
)

select
    event_day as day,  -- noqa: RF04
    cast(nullif(dataset_key, '') as varchar) as dataset_id,
    cast(event_name as varchar) as event_name,
    cast(currency as varchar) as currency,
    cast(server_events as bigint) as server_events,
    cast(browser_events as bigint) as browser_events,
    {%- for kind in kinds %}
        cast({{ kind }}_events as bigint) as {{ kind }}_events,
        cast({{ kind }}_value as decimal(18, 4)) as {{ kind }}_value,
    {%- endfor %}
    {%- for name in doubled %}
        cast({{ name }}_events as bigint) as {{ name }}_events,
        cast({{ name }}_value as decimal(18, 4)) as {{ name }}_value,
    {%- endfor %}
    cast(perhaps_doubled_value as decimal(18, 4)) as perhaps_doubled_value,
    cast(example_of_difference as varchar) as example_of_difference,
    cast(
        cast(same_id_events as decimal(18, 4)) / nullif(browser_events, 0) as decimal(18, 4)
    ) as share_with_same_id,
    cast(
        cast(server_events_of_week as decimal(18, 4)) / nullif(browser_events_of_week, 0) as decimal(18, 4)
    ) as event_coverage_of_week,
    cast(0.75 as decimal(18, 4)) as event_coverage_goal
from deduplication
