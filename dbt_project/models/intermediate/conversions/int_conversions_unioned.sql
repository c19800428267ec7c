{%- do meta_conversions.check_vars() -%}
with conversions as (

    {% for source in var('meta_conversions_conversion_sources') -%}
        select * from {{ ref('meta_conversions', 'int_conversions_' ~ source) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from conversions
