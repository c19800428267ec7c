{# Within a group: the value of the first row that has one. #}
{% macro first_present(value, ordering) %}{{ adapter.dispatch('first_present', 'meta_conversions')(value, ordering) }}{% endmacro %}

{% macro default__first_present(value, ordering) %}arg_min({{ value }}, {{ ordering }}){% endmacro %}

{% macro postgres__first_present(value, ordering) -%}
    (array_agg({{ value }} order by {{ ordering }}) filter (where {{ value }} is not null))[1]
{%- endmacro %}

{% macro snowflake__first_present(value, ordering) -%}
    min_by({{ value }}, iff({{ value }} is null, null, {{ ordering }}))
{%- endmacro %}


{# Within a group: the texts that are not null, joined in order; none gives null. #}
{% macro join_rows(text, separator, ordering) -%}
    {{ adapter.dispatch('join_rows', 'meta_conversions')(text, separator, ordering) }}
{%- endmacro %}

{% macro default__join_rows(text, separator, ordering) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ ordering }})
{%- endmacro %}

{% macro snowflake__join_rows(text, separator, ordering) -%}
    nullif(listagg({{ text }}, '{{ separator }}') within group (order by {{ ordering }}), '')
{%- endmacro %}
