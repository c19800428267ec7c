{#
    A table of what the changes need (config meta: made_for): dbt's own, but where there is nothing new it is only emptied, and
    stays where it is empty.
#}
{% materialization meta_conversions_table, default %}
    {%- set found = meta_conversions.found_changes(model.config.meta.made_for) if meta_conversions.is_unchanged() else none -%}
    {%- if not found or found['new'] -%} {{ return(meta_conversions.built_in('table')) }} {%- endif -%}
    {%- if not found['rows of ' ~ model.name] -%} {{ return(meta_conversions.keep('table')) }} {%- endif -%}
    {%- call statement('main') -%} truncate table {{ this }} {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}


{# A small table that each run empties and fills. It is not replaced, for the views that read it. #}
{% materialization meta_conversions_changes, default %}
    {%- if not meta_conversions.is_unchanged() -%} {{ return(meta_conversions.built_in('table')) }} {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%} {{ meta_conversions.refill_sql(model.columns.keys() | join(', ')) }} {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}
