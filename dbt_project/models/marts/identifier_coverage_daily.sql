{% set keys = meta_conversions.identifier_keys().split() -%}
with conversions as (

    select * from {{ ref('meta_conversions', 'conversions') }}
    where (is_eligible or ineligible_reason = 'no_identifier') and {{ meta_conversions.is_reconciled('event_time') }}

),

weights as (

    select
        {%- for key in keys %}
            coalesce(max(case when identifier = '{{ key }}' then cast(weight as double precision) end), 0) as {{ key }},
        {%- endfor %}
        count(*) as identifiers
    from {{ ref('meta_conversions', 'identifier_weights') }}

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
        ',' || conversions.dropped_identifiers || ',' as codes,
        {% for key in keys -%}
            conversions.{{ key }} is not null as has_{{ key }},
        {% endfor -%}
        coalesce(conversions.value, 0)
        {%- for key in keys %}
            * (case when conversions.{{ key }} is null then 1.0 else 1.0 - weights.{{ key }} end)
        {%- endfor %} as unmatched
    from conversions
    cross join weights

),

-- one pass over the conversions; what is turned by identifier is only days
counted as (

    select
        event_day,
        dataset_id,
        event_name,
        action_source,
        currency,
        {% for key in keys -%}
            sum(case when has_{{ key }} then 1 else 0 end) as with_{{ key }},
            sum(case when has_{{ key }} then 0 else amount end) as lacked_{{ key }},
            sum(case when has_{{ key }} then 0 else unmatched end) as unmatched_{{ key }},
            {% for code in meta_conversions.codes_of_identifier(key).split() -%}
                sum(case when codes like '%,{{ code }},%' then 1 else 0 end) as {{ code }},
            {% endfor -%}
        {% endfor -%}
        count(*) as events,
        sum(amount) as amount
    from estimated
    group by event_day, dataset_id, event_name, action_source, currency

),

per_identifier as (

    {% for key in keys -%}
        select
            counted.event_day,
            counted.dataset_id,
            counted.event_name,
            counted.action_source,
            counted.currency,
            '{{ key }}' as identifier,
            counted.events,
            counted.with_{{ key }} as events_with_key,
            counted.amount,
            counted.lacked_{{ key }} as lacked,
            counted.unmatched_{{ key }} * weights.{{ key }} as gain,
            ''
            {%- for code in meta_conversions.codes_of_identifier(key).split() %}
                || case
                    when counted.{{ code }} > 0
                        then ', {{ code }} ' || cast(counted.{{ code }} as varchar)
                    else ''
                end
            {%- endfor %} as dropped
        from counted
        cross join weights
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- day and value are keywords somewhere, and the names that the contract has for these columns
coverage as (

    select
        event_day as day,  -- noqa: RF04
        dataset_id,
        cast(event_name as varchar) as event_name,
        cast(action_source as varchar) as action_source,
        cast(currency as varchar) as currency,
        cast(identifier as varchar) as identifier,
        cast(events as bigint) as events,
        cast(events_with_key as bigint) as events_with_key,
        cast(amount as decimal(18, 4)) as value,  -- noqa: RF04
        cast(lacked as decimal(18, 4)) as value_without_key,
        cast(gain as decimal(18, 2)) as estimated_value_gained,
        cast(nullif(substr(dropped, 3), '') as varchar) as dropped_by
    from per_identifier

)

select * from coverage
