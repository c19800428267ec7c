{#
    dbt looks for the schemas of "warehouse", quotes and all, finds none, and creates each of them in every run. Used where this
    project is the one that runs.
#}
{% macro duckdb__list_schemas(database) -%}
    {{ return(dbt.duckdb__list_schemas(database | replace('"', '') if database else none)) }}
{%- endmacro %}
