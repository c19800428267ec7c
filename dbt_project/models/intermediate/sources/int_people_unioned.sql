with people as (

    {% for source in var('meta_conversions_people_sources') -%}
        select * from {{ ref('meta_conversions', 'int_people_' ~ source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from people
