with people as (

    -- the suppressions keep people out, so that no list leaves them out
    select * from {{ meta_conversions.source_model('int_people', 'suppressions') }}
    {% for source in var('meta_conversions_people_sources') if source != 'suppressions' -%}
        union all
        select * from {{ meta_conversions.source_model('int_people', source) }}
    {% endfor %}
)

select * from people
