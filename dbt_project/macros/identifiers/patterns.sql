{# Whether the whole of a text matches a pattern. #}
{% macro fits_wholly(text, pattern) %}{{ adapter.dispatch('fits_wholly', 'meta_conversions')(text, pattern) }}{% endmacro %}

{% macro default__fits_wholly(text, pattern) %}regexp_full_match({{ text }}, '{{ pattern }}'){% endmacro %}

{% macro postgres__fits_wholly(text, pattern) %}({{ text }} ~ '^(?:{{ meta_conversions.postgres_pattern(pattern) }})$'){% endmacro %}



{# Whether a pattern matches somewhere in a text. #}
{% macro fits_partly(text, pattern) %}{{ adapter.dispatch('fits_partly', 'meta_conversions')(text, pattern) }}{% endmacro %}

{% macro default__fits_partly(text, pattern) %}regexp_matches({{ text }}, '{{ pattern }}'){% endmacro %}

{% macro postgres__fits_partly(text, pattern) %}({{ text }} ~ '{{ meta_conversions.postgres_pattern(pattern) }}'){% endmacro %}



{# Every match of a pattern replaced. Groups are \1, \2 ... #}
{% macro replace_matches(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_matches', 'meta_conversions')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro postgres__replace_matches(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ meta_conversions.postgres_pattern(pattern) }}', '{{ replacement }}', 'g')
{%- endmacro %}



{# The first match of a pattern replaced. #}
{% macro replace_first_match(text, pattern, replacement) -%}
    {{ adapter.dispatch('replace_first_match', 'meta_conversions')(text, pattern, replacement) }}
{%- endmacro %}

{% macro default__replace_first_match(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{% macro postgres__replace_first_match(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ meta_conversions.postgres_pattern(pattern) }}', '{{ replacement }}')
{%- endmacro %}



{#
    Rows with columns worked out one after the other: a pair is a column's name and its SQL over what stands before it. So an
    expression that later ones name many times is written once and worked out once a row. `rows` is a name.
#}
{% macro in_steps(rows, pairs) -%}
    {%- set steps = [] -%}
    {%- for column, value in pairs -%}
        {%- set before = rows if loop.first else 'to_' ~ pairs[loop.index0 - 1][0] -%}
        {%- do steps.append("to_" ~ column ~ " as (select *, " ~ meta_conversions.settled(value) ~ " as " ~ column ~ " from " ~ before ~ ")") -%}
    {%- endfor -%}
    (with {{ steps | join(', ') }} select * from to_{{ pairs[-1][0] }}) as stepped
{%- endmacro %}


{# A column that later steps of a model use many times: worked out once a row. #}
{% macro settled(value) %}{{ adapter.dispatch('settled', 'meta_conversions')(value) }}{% endmacro %}

{% macro default__settled(value) %}{{ value }}{% endmacro %}

{#-
    PostgreSQL melts a chain of steps into one and puts each expression wherever its column was named, at ten times the
    cost. What reads a clock it leaves where it stands. The answer does not depend on the clock.
-#}
{% macro postgres__settled(value) %}case when clock_timestamp() is not null then {{ value }} end{% endmacro %}
