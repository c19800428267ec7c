{#
    fakesnow speaks Snowflake's protocol over DuckDB, for tests. What it cannot run stands here and nowhere else, each with its
    reason in docs/snowflake.md; on Snowflake none of it is used.
#}
{% macro is_snowflake_stand_in() %}{{ return(target.type == 'snowflake' and target.account == 'fakesnow') }}{% endmacro %}


{# It knows no temporary table with a name in three parts, and reads the columns of a contract in SQL that is nobody's. #}
{% macro snowflake__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {%- if meta_conversions.is_snowflake_stand_in() and (temporary or config.get('contract').enforced) -%}
        create or replace transient table {{ relation }} as (
            {{ compiled_code }}
        )
    {%- else -%}
        {{ return(dbt.snowflake__create_table_as(temporary, relation, compiled_code, language)) }}
    {%- endif -%}
{%- endmacro %}


{# Nor a temporary view. #}
{% macro dbt_snowflake_get_tmp_relation_type(strategy, unique_key, language) -%}
    {{ return('table' if meta_conversions.is_snowflake_stand_in() else dbt.dbt_snowflake_get_tmp_relation_type(strategy, unique_key, language)) }}
{%- endmacro %}
