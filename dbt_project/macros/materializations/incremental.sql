{#
    A table that the run brings up to date: dbt's own incremental one, but where nothing has changed (config meta: made_for
    names the model of changes) it stays untouched, and new rows go straight in, without a table in between. Snowflake
    merges, in one statement.
#}
{% materialization meta_conversions_incremental, default %}
    {%- set changes = model.config.meta.made_for -%}
    {%- if not meta_conversions.is_unchanged() -%} {{ return(meta_conversions.built_in('incremental')) }} {%- endif -%}
    {%- set found = meta_conversions.found_changes(changes) if changes else none -%}
    {%- if found and not found['new'] and not found['gone'] -%} {{ return(meta_conversions.keep('table')) }} {%- endif -%}
    {%- if target.type == 'snowflake' -%} {{ return(meta_conversions.built_in('incremental')) }} {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%} {{ meta_conversions.insert_sql() }} {%- endcall -%}
    {%- set done = meta_conversions.mark_loads_as_done() if model.name == 'conversion_events' else '' -%}
    {%- if done | trim -%} {%- call statement('done') -%} {{ done }} {%- endcall -%} {%- endif -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}
