with people as (

    {% for source in var('people_sources') -%}
        select * from {{ ref('int_people_' ~ source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from people
