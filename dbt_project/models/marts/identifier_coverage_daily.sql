with conversions as (

    select * from {{ ref('conversions') }}
    where is_eligible or ineligible_reason = 'no_identifier'

),

weights as (

    select
        {%- for key in identifier_keys().split() %}
            max(case when identifier = '{{ key }}' then cast(weight as double precision) end) as {{ key }},
        {%- endfor %}
        count(*) as identifiers
    from {{ ref('identifier_weights') }}

),

-- An estimate: each identifier that a conversion carries is taken to fail to match it on its own, by its weight.
estimated as (

    select
        cast(conversions.event_time as date) as event_day,
        conversions.dataset_id,
        conversions.event_name,
        conversions.action_source,
        coalesce(conversions.currency, 'none') as currency,
        coalesce(conversions.value, 0) as amount,
        {% for key in identifier_keys().split() -%}
            conversions.{{ key }} is not null as has_{{ key }},
            weights.{{ key }} as weight_{{ key }},
        {% endfor -%}
        1.0
        {%- for key in identifier_keys().split() %}
            * (case when conversions.{{ key }} is null then 1.0 else 1.0 - coalesce(weights.{{ key }}, 0) end)
        {%- endfor %} as unmatched
    from conversions
    cross join weights

),

per_identifier as (

    {% for key in identifier_keys().split() -%}
        select
            event_day,
            dataset_id,
            event_name,
            action_source,
            currency,
            '{{ key }}' as identifier,
            amount,
            has_{{ key }} as has_key,
            case when has_{{ key }} then 0 else amount * unmatched * coalesce(weight_{{ key }}, 0) end as gain
        from estimated
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

coverage as (

    select
        event_day as day,  -- noqa: RF04
        dataset_id,
        cast(event_name as varchar) as event_name,
        cast(action_source as varchar) as action_source,
        cast(currency as varchar) as currency,
        cast(identifier as varchar) as identifier,
        cast(count(*) as bigint) as events,
        cast(sum(case when has_key then 1 else 0 end) as bigint) as events_with_key,
        cast(sum(amount) as decimal(18, 4)) as value,  -- noqa: RF04
        cast(sum(case when has_key then 0 else amount end) as decimal(18, 4)) as value_without_key,
        cast(sum(gain) as decimal(18, 2)) as estimated_value_gained
    from per_identifier
    group by event_day, dataset_id, event_name, action_source, currency, identifier

)

select * from coverage
