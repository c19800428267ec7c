{#
    A seed that stays while its file has not changed. dbt lets a package do that only where the project that runs says so:
    ours does, as it is that project; another one has to (docs/your-own-sources.md). On Snowflake dbt's own calls this one.
#}
{% materialization seed, default %} {{ return(meta_conversions.seed_once()) }} {% endmaterialization %}


{# A seed of this package is loaded once; others as dbt does. #}
{% macro seed_once() -%}
    {%- set is_kept = model.package_name == 'meta_conversions' and meta_conversions.is_unchanged() -%}
    {%- if not is_kept -%} {{ return(dbt.materialization_seed_default()) }} {%- endif -%}
    {%- do store_result('agate_table', response='OK', agate_table=none) -%}
    {{ return(meta_conversions.keep('table')) }}
{%- endmacro %}
