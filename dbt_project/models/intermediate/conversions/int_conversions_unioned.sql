{%- do meta_conversions.check_vars() -%}
with conversions as (

    {% for source in var('meta_conversions_conversion_sources') -%}
        select * from {{ meta_conversions.source_model('int_conversions', source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from conversions
