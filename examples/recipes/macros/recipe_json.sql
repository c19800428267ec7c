{# A text of a JSON object: recipe_json_text('billing', ['email']). #}
{% macro recipe_json_text(column, path) %}{{ adapter.dispatch('recipe_json_text')(column, path) }}{% endmacro %}

{% macro default__recipe_json_text(column, path) %}json_extract_string({{ column }}, '$.{{ path | join(".") }}'){% endmacro %}

{% macro postgres__recipe_json_text(column, path) %}cast({{ column }} as jsonb) #>> '{ {{- path | join(",") -}} }'{% endmacro %}

{% macro snowflake__recipe_json_text(column, path) -%}
    get_path(try_parse_json(cast({{ column }} as varchar)), '{{ path | join(".") }}')::varchar
{%- endmacro %}


{# Of a JSON list of {key, value}, the value of one key; the first, if it is there twice. #}
{% macro recipe_json_entry(column, key) %}{{ adapter.dispatch('recipe_json_entry')(column, key) }}{% endmacro %}

{% macro default__recipe_json_entry(column, key) -%}
    json_extract_string(
        list_filter(cast({{ column }} as json[]), lambda one: json_extract_string(one, '$.key') = '{{ key }}')[1], '$.value'
    )
{%- endmacro %}

{% macro postgres__recipe_json_entry(column, key) -%}
    (
        select one ->> 'value'
        from jsonb_array_elements(cast({{ column }} as jsonb)) as one
        where one ->> 'key' = '{{ key }}'
        limit 1
    )
{%- endmacro %}

{% macro snowflake__recipe_json_entry(column, key) -%}
    get(
        filter(cast(try_parse_json(cast({{ column }} as varchar)) as array), one -> one:key::varchar = '{{ key }}'), 0
    ):value::varchar
{%- endmacro %}


{# A row for each element of a JSON list, to stand after a table; the element is `recipe_json_row()`. #}
{% macro recipe_json_rows(column) %}{{ adapter.dispatch('recipe_json_rows')(column) }}{% endmacro %}

{% macro default__recipe_json_rows(column) %}cross join unnest(cast({{ column }} as json[])) as elements (element){% endmacro %}

{% macro postgres__recipe_json_rows(column) -%}
    cross join lateral jsonb_array_elements(cast({{ column }} as jsonb)) as elements (element)
{%- endmacro %}

{% macro snowflake__recipe_json_rows(column) -%}
    cross join lateral flatten(input => try_parse_json(cast({{ column }} as varchar))) as elements
{%- endmacro %}


{% macro recipe_json_row() %}{{ return('elements.value' if target.type == 'snowflake' else 'elements.element') }}{% endmacro %}
