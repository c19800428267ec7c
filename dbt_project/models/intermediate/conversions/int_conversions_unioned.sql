with conversions as (

    {% for source in var('conversion_sources') -%}
        select * from {{ ref('int_conversions_' ~ source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from conversions
