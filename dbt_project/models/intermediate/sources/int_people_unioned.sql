with people as (

    {% for source in var('meta_conversions_people_sources') -%}
        select * from {{ meta_conversions.source_model('int_people', source) }}
        {{ 'union all' if not loop.last }}
    {% else -%}
        select {{ meta_conversions.person_columns(identity_id='null') }}
        where 1 = 0
    {% endfor %}
)

select * from people
