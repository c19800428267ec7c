{{ config(tags=['meta_conversions_reconciliation'], group='meta_conversions_reconciliation') }}

{% set keys = ['em', 'ph', 'fn', 'ln', 'fbp', 'fbc', 'client_ip_address', 'external_id'] -%}
with counted as (
    select
        cast(event_time as date) as event_day,
        {{ meta_conversions.dataset_key('dataset_id') }} as dataset_key,
        case action_source
            when 'website' then 'web'
            when 'physical_store' then 'offline'
            else 'other'
        end as channel,
        event_name,
        {%- for key in keys %}
            count({{ key }}) as with_{{ key }},
        {%- endfor %}
        count(*) as events
    from {{ ref('meta_conversions', 'conversions') }}
    where is_eligible and event_time >= {{ meta_conversions.reconciled_from() }}
    group by 1, 2, 3, 4
),

unpivoted as (
    {%- for key in keys %}
        select
            event_day,
            dataset_key,
            channel,
            event_name,
            '{{ key }}' as identifier,
            events,
            with_{{ key }} as events_with
        from counted
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from unpivoted
