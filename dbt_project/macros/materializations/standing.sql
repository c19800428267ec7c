{# Leaves this model's relation as it stands; nothing is sent to the warehouse. #}
{% macro keep(type) -%}
    {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED') -%} {{ sql }} {%- endcall -%}
    {{ return({'relations': [this.incorporate(type=type)]}) }}
{%- endmacro %}


{# Makes this model as dbt itself does, by the materialization of the engine's adapter or the one for all. #}
{% macro built_in(materialization) -%}
    {%- set own = 'materialization_' ~ materialization ~ '_' ~ target.type -%}
    {{ return(dbt[own if own in dbt else 'materialization_' ~ materialization ~ '_default']()) }}
{%- endmacro %}


{# Whether this run adds to this model's table: it stands, and nobody asked for all of it. #}
{% macro is_incremental_run() -%}
    {%- if not execute or should_full_refresh() -%} {{ return(false) }}
    {%- else -%}
        {%- set standing = load_cached_relation(this) -%}
        {{ return(standing is not none and standing.is_table) }}
    {%- endif -%}
{%- endmacro %}


{# What a model of changes holds: how many are new and how many gone, and whether rows are left in the tables made for it. #}
{% macro found_changes(changes) -%}
    {%- set known = meta_conversions.kept_in_mind('changes') -%}
    {%- if changes not in known -%}
        {%- set counted = {} -%}
        {%- for row in run_query(meta_conversions.changes_sql(changes)).rows -%} {%- do counted.update({row[0]: row[1] | int}) -%} {%- endfor -%}
        {%- do known.update({changes: counted}) -%}
    {%- endif -%}
    {{ return(known[changes]) }}
{%- endmacro %}


{# The query of it. #}
{% macro changes_sql(changes) -%}
    {%- for change in ('new', 'gone') %}
    select '{{ change }}' as what, count(*) as row_count from {{ meta_conversions.stored(changes) }} where change = '{{ change }}'
    {%- if not loop.last %} union all{% endif -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.config.materialized == 'meta_conversions_table' and node.config.meta.made_for == changes -%}
        {%- set standing = meta_conversions.stored(node.name) -%}
        {%- if standing is not none %}
    union all
    select 'rows of {{ node.name }}' as what, count(*) as row_count from (select 1 as one from {{ standing }} limit 1) as one
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{# Puts what the model's SQL gives into its table in place of what is there. #}
{% macro refill_sql(columns) -%}
    {%- if target.type == 'snowflake' -%}
    insert overwrite into {{ this }} ({{ columns }})
    {%- else -%}
    {{ 'truncate' if target.type == 'postgres' else 'delete from' }} {{ this }};
    insert into {{ this }} ({{ columns }})
    {%- endif %}
    select {{ columns }} from (
        {{ sql }}
    ) as made
{%- endmacro %}


{# Adds what the model's SQL gives, in place of rows with the keys of what is new. #}
{% macro insert_sql() -%}
    {%- set columns = model.columns.keys() if model.config.contract.enforced else meta_conversions.column_types(this) -%}
    {%- set keys = config.get('unique_key') -%}
    {%- if keys -%}
    {%- set keys = keys if keys is string else keys | join(', ') %}
    delete from {{ this }}
    where ({{ keys }}) in (select {{ keys }} from {{ meta_conversions.stored(model.config.meta.made_for) }} where change = 'new');
    {%- endif %}
    insert into {{ this }} ({{ columns | join(', ') }})
    select {{ columns | join(', ') }} from (
        {{ sql }}
    ) as made
{%- endmacro %}
