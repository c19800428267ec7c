{#- The dataset of rows that name none, as the connector is told it; null where nobody said. -#}
{% macro default_dataset_id() -%}
    {%- set named = env_var('CONNECTOR_META_DATASET_ID', '') | trim or var('meta_conversions_default_dataset_id', none) or '' -%}
    {%- if named -%} cast('{{ named | replace("'", "''") }}' as varchar) {%- else -%} cast(null as varchar) {%- endif -%}
{%- endmacro %}
