with people as (

    -- the suppressions keep people out, so that no list leaves them out
    {% for source in (var('meta_conversions_people_sources') + ['suppressions']) | unique -%}
        select * from {{ meta_conversions.source_model('int_people', source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from people
