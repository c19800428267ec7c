{# A text as a JSON string, quotes and all. Null stays null. #}
{% macro json_string(text) %}{{ adapter.dispatch('json_string', 'meta_conversions')(text) }}{% endmacro %}

{% macro default__json_string(text) %}cast(to_json({{ text }}) as varchar){% endmacro %}

{% macro snowflake__json_string(text) %}to_json(to_variant({{ text }})){% endmacro %}


{# A number as JSON: no trailing zeros, so that one amount is always written in one way. #}
{% macro json_number(amount) %}{{ adapter.dispatch('json_number', 'meta_conversions')(amount) }}{% endmacro %}

{% macro default__json_number(amount) -%}
    rtrim(rtrim(cast(cast({{ amount }} as decimal(18, 4)) as varchar), '0'), '.')
{%- endmacro %}

{#- Only zeros behind a point go: that a cast writes all four of them is nowhere promised. -#}
{% macro snowflake__json_number(amount) -%}
    regexp_replace(regexp_replace(cast(cast({{ amount }} as decimal(18, 4)) as varchar), '([.][0-9]*[1-9])0*$', '\\1'), '[.]0*$', '')
{%- endmacro %}


{#
    A JSON object of [key, value] pairs whose values are JSON text, in the order given.
    A pair whose value is null is left out; no pair left gives an object without any. `further` is SQL of members as JSON
    has them, or null.
#}
{% macro json_object(pairs, further=none) -%}
    {%- set members = [] -%}
    {%- for key, value in pairs -%}
        {%- do members.append("'\"" ~ key ~ "\":' || " ~ value) -%}
    {%- endfor -%}
    {%- if further -%} {%- do members.append(further) -%} {%- endif -%}
    '{' || {{ meta_conversions.join_texts(members, ',') }} || '}'
{%- endmacro %}
